// Checks all entries of the vault at once, as a cron job or a dashboard would. Ctrl-C stops every check.
//
//     npm install mmcred
//     npx tsx verify.mts                  or, with Node.js 24: node verify.mts
//
// Exits with 1 if an entry does not work, else with 3 if that could not be found out.
import process from 'node:process'

import { MmcredError, Vault } from 'mmcred'

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())

async function check(vault: Vault, name: string): Promise<number> {
  try {
    const { username, isBot } = await vault.verify(name, { timeout: 5, signal: stop.signal })
    console.log(`${name}: works, as ${isBot ? 'the bot ' : ''}${username}`)
    return 0
  } catch (error) {
    if (!(error instanceof MmcredError)) throw error
    console.log(`${name}: ${error.code}. ${error.message}`)
    return error.retry === 'later' ? 3 : 1
  }
}

await using vault = await Vault.open()
const { entries } = await vault.list()
const codes = await Promise.all(entries.map(({ name }) => check(vault, name)))
process.exitCode = codes.includes(1) ? 1 : Math.max(0, ...codes)
