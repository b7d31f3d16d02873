// A job that runs for months. The token may be renewed at any time, by whomever:
//
//     npx mmcred add prod --url https://chat.example.com --replace
//
// and the next request carries the new one, since a fetcher keeps no token. SIGTERM or Ctrl-C end it after the
// request under way.
//
//     node watch.mjs prod 30
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

import { fetcher } from 'mmcred'

const [name = 'prod', seconds = '30'] = process.argv.slice(2)
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort())

const mattermost = await fetcher(name)
while (!stop.signal.aborted) {
  try {
    const reply = await mattermost('users/me')
    // A 401 that arrives here stood with the newest token: the job waits for somebody to renew it.
    /** @type {any} */
    const body = await reply.json()
    if (reply.ok) console.log(body.username)
    else console.error(`The server answered ${reply.status}: ${body.message}`)
  } catch (error) {
    // The network, or a vault that is being restored: all of it may be over at the next turn.
    console.error(String(error))
  }
  await sleep(Number(seconds) * 1000, undefined, { signal: stop.signal }).catch(() => {})
}
await mattermost.close()
