// Contenders in Node that check many tokens: `verify_all.mjs WAY WHAT PACKAGE VAULT KEY_FILE TOKENS IN_FLIGHT URL`.
// WAY is `mmcred` or `client4` (@mattermost/client, of PACKAGE's own folder); WHAT is `wall` or `cpu`.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const [way, what, folder, path, keyFile, count, most, url] = process.argv.slice(2);
const [tokens, inFlight] = [Number(count), Number(most)];
const need = createRequire(`${folder}/index.js`);

const ways = {
  mmcred() {
    const vault = need('./index.js').Vault.openSync(path, { keyFile });
    return async () => {
      let accepted = 0;
      for await (const { ok } of vault.verifyAll({ inFlight })) accepted += ok;
      return accepted;
    };
  },
  /** A client holds one token: one for each, and so many at a time. */
  client4() {
    const { Client4 } = need('@mattermost/client');
    return async () => {
      let next = 0;
      let accepted = 0;
      const worker = async () => {
        while (next < tokens) {
          const one = new Client4();
          one.setUrl(url);
          one.setToken(`ybndrfg8ejkmcpqx${String(next++).padStart(10, '0')}`);
          const me = await one.getMe();
          accepted += 'username' in me;
        }
      };
      await Promise.all(Array.from({ length: inFlight }, worker));
      return accepted;
    };
  },
};

const clock = {
  wall: () => process.hrtime.bigint(),
  cpu: () => BigInt(1000 * (process.cpuUsage().user + process.cpuUsage().system)) / BigInt(tokens),
}[what];
const check = ways[way]();
for await (const line of createInterface({ input: process.stdin })) {
  const start = clock();
  for (let turn = Number(line); turn > 0; turn--) assert.equal(await check(), tokens);
  process.stdout.write(`${clock() - start}\n`);
}
