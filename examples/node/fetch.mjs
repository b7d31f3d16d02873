// Looks up a user: mmcred's three lines, and what a tool says when they fail.
//
//     npm install mmcred
//     npx mmcred add prod --url https://chat.example.com
//     node fetch.mjs prod alice
import process from 'node:process'

import { fetcher } from 'mmcred'

const [name = 'prod', username = ''] = process.argv.slice(2)

/** @param {string} target */
async function get(target) {
  const mattermost = await fetcher(name, { timeout: 5 })
  try {
    const reply = await mattermost(target)
    if (!reply.ok) throw new Error(`The server answered ${reply.status} to ${target}.`)
    return await reply.json()
  } finally {
    await mattermost.close()
  }
}

try {
  /** @type {any} */
  const user = await get(username ? `users/username/${encodeURIComponent(username)}` : 'users/me')
  console.log(`${user.username} ${user.id} ${user.roles}`)
} catch (error) {
  // mmcred's own errors say what to do next; what the network did to the request is in the cause, as fetch has it.
  if (error instanceof Error) console.error(error.message, error.cause ?? '')
  process.exitCode = 1
}
