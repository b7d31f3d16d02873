// One of Node's hands under load, for run.py: hands.mjs HAND CALLS RATE, where HAND is its entry's name too.
import { once } from 'node:events'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

import { client4, fetcher } from '../../bindings-node/index.mjs'

const [name, calls, rate] = process.argv.slice(2)

const HANDS = {
  async fetcher() {
    const fetch = await fetcher(name)
    return async () => {
      const reply = await fetch('users/me')
      if (!reply.ok) throw new Error(String(reply.status))
      return reply.json()
    }
  },
  async client4() {
    const client = await client4(name)
    return () => client.getMe()
  },
}

const get = await HANDS[name]()
const seen = {}
const note = (what) => (seen[what] = (seen[what] ?? 0) + 1)

process.stdout.write('ready\n')
await once(process.stdin, 'data')
const start = performance.now()

let next = 0

/** Up to ten at once, if a call has not ended when the next is due. */
async function work() {
  while (next < Number(calls)) {
    await sleep(start + (next++ / rate) * 1000 - performance.now())
    try {
      note((await get()).username === name ? 'ok' : 'another account')
    } catch (error) {
      note(`${error.name}: ${error.message} ${error.cause ?? ''}`)
    }
  }
}

await Promise.all(Array.from({ length: 10 }, work))
process.stdout.write(JSON.stringify(seen) + '\n', () => process.exit())
