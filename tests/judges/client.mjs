// Serves the verbs of judges.py with @mattermost/client: reads ["verb", value …] a line, answers {"done": …}.
import {createInterface} from 'node:readline';

import mattermost from '@mattermost/client';

const {Client4} = mattermost;
const url = process.argv[2];
const client = new Client4();
client.setUrl(url);

const verbs = {
    login: async (name, password) => (await client.login(name, password)).id,
    create: (userId, description) => client.createUserAccessToken(userId, description),
    list: (userId) => client.getUserAccessTokensForUser(userId),
    disable: (tokenId) => client.disableUserAccessToken(tokenId),
    enable: (tokenId) => client.enableUserAccessToken(tokenId),
    revoke: (tokenId) => client.revokeUserAccessToken(tokenId),
    status: async (secret) => {
        const other = new Client4();
        other.setUrl(url);
        other.setToken(secret);
        try {
            await other.getMe();
            return 200;
        } catch (error) {
            return error.status_code;
        }
    },
};

for await (const line of createInterface({input: process.stdin})) {
    const [verb, ...values] = JSON.parse(line);
    const answer = await verbs[verb](...values).then((done) => ({done}), (error) => ({failed: String(error)}));
    console.log(JSON.stringify(answer));
}
