// Lists users through the official client, from CommonJS.
//
//     npm install mmcred @mattermost/client @mattermost/types
//     node client.cjs prod
'use strict'

const { client4 } = require('mmcred')

async function main(name = 'prod') {
  // A Client4 as its documentation has it; the server's URL, the token and the redirects are the entry's affair.
  const client = await client4(name)
  try {
    const me = await client.getMe()
    for (const user of await client.getProfiles(0, 100)) {
      console.log(user.id === me.id ? `${user.username} (me)` : user.username)
    }
  } finally {
    await client[Symbol.asyncDispose]()
  }
}

main(process.argv[2]).catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
