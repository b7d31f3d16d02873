import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { Cancelled, Credential, TokenRejected } from '../index.mjs'
import { ME, TOKEN, answer, run, serve, vaultAt } from '../testing/harness.mjs'

const REFUSAL = { id: 'api.context.session_expired.app_error', message: '', detailed_error: '', status_code: 401 }

/** A vault with twenty entries, whose server takes its time. */
async function twenty(t, ms = 50) {
  const server = await serve(t, (_, response) => setTimeout(() => answer(response, 200, ME), ms).unref())
  const { vault, at } = vaultAt(t)
  for (let number = 0; number < 20; number++) vault.putSync(`n${number}`, new Credential(server.url, `${TOKEN}${number}`))
  return { ...server, vault, at }
}

test('results say who or why not', async (t) => {
  const { url } = await serve(t, ({ authorization }, response) =>
    authorization === `Bearer ${TOKEN}` ? answer(response, 200, ME) : answer(response, 401, REFUSAL))
  const { vault } = vaultAt(t)
  vault.putSync('prod', new Credential(url, TOKEN))
  vault.putSync('bad', new Credential(url, 'refused'))
  const results = {}
  for await (const checked of vault.verifyAll()) results[checked.name] = checked
  const { error, ...bad } = results.bad
  assert.deepEqual(results.prod, { name: 'prod', server: url, ok: true, userId: ME.id, username: 'alice', roles: ['system_user'], isBot: false, serverVersion: null })
  assert.deepEqual(bad, { name: 'bad', server: url, ok: false })
  assert.ok(error instanceof TokenRejected)
  assert.deepEqual([error.retry, error.retryAfter], ['never', null])
  const missing = await vault.verifyAll({ names: ['nope'] }).next()
  assert.deepEqual([missing.value.name, missing.value.server, missing.value.error.code], ['nope', null, 'entry_missing'])
  assert.ok((await vault.verifyAll({ names: [] }).next()).done)
})

test('wrong arguments are named', async (t) => {
  const { vault } = vaultAt(t)
  const wrong = [{ names: 'prod' }, { names: [1] }, { names: [null] }, { inFlight: 0 }, { inFlight: 1.5 }, { inFlight: 513 }, { inFlight: '2' }, { timeout: 0 }, { signal: 'now' }]
  for (const options of wrong) {
    await assert.rejects(vault.verifyAll(options).next(), ({ code, message }) => code === 'invalid_argument' && message.includes(Object.keys(options)[0]), JSON.stringify(options))
  }
  vault.closeSync()
  await assert.rejects(vault.verifyAll().next(), { code: 'closed' })
})

test('a loop that is left asks no more', async (t) => {
  const { vault, seen } = await twenty(t)
  for await (const { ok } of vault.verifyAll({ inFlight: 2 })) {
    assert.ok(ok)
    break
  }
  await sleep(200)
  const asked = seen.length
  await sleep(200)
  assert.equal(seen.length, asked)
  assert.ok(asked < 20)
})

test('a signal ends a loop, also one that waits', async (t) => {
  const { vault, seen } = await twenty(t, 30_000)
  const started = performance.now()
  const signal = AbortSignal.timeout(100)
  await assert.rejects(vault.verifyAll({ inFlight: 2, signal }).next(), (error) => error instanceof Cancelled && error.cause === signal.reason)
  assert.ok(performance.now() - started < 5000)
  await assert.rejects(vault.verifyAll({ signal: AbortSignal.abort() }).next(), Cancelled)
  assert.ok(seen.length <= 22)
})

test('a process ends in the middle of a check', async (t) => {
  const { at } = await twenty(t, 30_000)
  for (let round = 0; round < 10; round++) {
    const { code, stderr } = await run(`
      import { Vault } from './index.mjs'
      const run = (await Vault.open(${JSON.stringify(at)})).verifyAll()
      run.next()
      setTimeout(() => process.exit(7), 100)
    `)
    assert.deepEqual([code, stderr], [7, ''])
  }
})
