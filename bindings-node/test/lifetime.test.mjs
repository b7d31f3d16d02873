import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { getEventListeners } from 'node:events'
import path from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { Credential } from '../index.mjs'
import { ME, TOKEN, answer, folder, root, run, serve, vaultFor } from '../testing/harness.mjs'

/** The environment of a program whose threads outlive its libraries. */
function lingering(t) {
  const library = path.join(folder(t), 'linger.so')
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, path.join(root, 'testing/linger.c')])
  return { LD_PRELOAD: library }
}

const slow = (t) => serve(t, (_, response) => setTimeout(() => answer(response, 200, ME), 30_000).unref())

test('a signal stops verify before, during and after', async (t) => {
  const stub = await slow(t)
  const credential = new Credential(stub.url, TOKEN)
  const reason = new RangeError('enough')
  const cancelled = { name: 'Cancelled', code: 'cancelled', cause: reason }
  await assert.rejects(credential.verify({ signal: AbortSignal.abort(reason) }), cancelled)
  assert.equal(stub.seen.length, 0)
  const during = new AbortController()
  const waiting = credential.verify({ signal: during.signal })
  while (stub.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  const started = performance.now()
  during.abort(reason)
  await assert.rejects(waiting, cancelled)
  assert.ok(performance.now() - started < 1000)
  const { vault } = vaultFor(t, stub.url)
  await assert.rejects(vault.verify('prod', { signal: AbortSignal.abort(reason) }), cancelled)
  const quick = await serve(t, (_, response) => answer(response, 200, ME))
  const after = new AbortController()
  assert.equal((await new Credential(quick.url, TOKEN).verify({ signal: after.signal })).username, 'alice')
  after.abort(reason)
})

test('one signal stops many calls, without a warning, and keeps no listener', async (t) => {
  const warnings = []
  const warned = (warning) => warnings.push(warning)
  process.on('warning', warned)
  t.after(() => process.off('warning', warned))
  const stub = await slow(t)
  const { vault } = vaultFor(t, stub.url)
  const credential = vault.getSync('prod')
  const controller = new AbortController()
  const { signal } = controller
  await assert.rejects(credential.verify({ signal, timeout: 0.1 }), { code: 'timed_out' })
  assert.equal(getEventListeners(signal, 'abort').length, 0)
  const waiting = Array.from({ length: 25 }, () => [credential.verify({ signal }), vault.verify('prod', { signal })]).flat()
  await sleep(50)
  assert.equal(getEventListeners(signal, 'abort').length, 1)
  controller.abort('enough')
  for (const { reason } of await Promise.allSettled(waiting)) assert.deepEqual([reason.code, reason.cause], ['cancelled', 'enough'])
  assert.equal(getEventListeners(signal, 'abort').length, 0)
  assert.deepEqual(warnings, [])
})

test('a deadline stops verify', async (t) => {
  const stub = await slow(t)
  await assert.rejects(new Credential(stub.url, TOKEN).verify({ timeout: 0.1 }), { code: 'timed_out', retry: 'later' })
})

test('a verify that waits keeps no file from being read', async (t) => {
  const stub = await slow(t)
  const controller = new AbortController()
  const waiting = Array.from({ length: 100 }, () => new Credential(stub.url, TOKEN).verify({ signal: controller.signal }))
  const { readFile } = await import('node:fs/promises')
  const started = performance.now()
  await readFile(import.meta.filename)
  assert.ok(performance.now() - started < 1000)
  controller.abort()
  for (const outcome of await Promise.allSettled(waiting)) assert.equal(outcome.reason.code, 'cancelled')
})

test('20 workers terminated in the middle of a call end clean', async (t) => {
  const stub = await slow(t)
  const { at, vault } = vaultFor(t, stub.url)
  const script = `
    import { Worker } from 'node:worker_threads'
    import { pathToFileURL } from 'node:url'
    const body = \`
      import { parentPort, workerData } from 'node:worker_threads'
      const { Vault } = await import(workerData.module)
      const vault = await Vault.open(workerData.at)
      const all = [vault.verify('prod').catch(() => {}), (await vault.fetcher('prod'))('users/me').catch(() => {})]
      for (let i = 0; i < 20; i++) all.push(vault.get('prod'), vault.list())
      parentPort.postMessage('busy')
      await Promise.all(all)\`
    const file = new URL('data:text/javascript,' + encodeURIComponent(body))
    const workerData = { at: ${JSON.stringify(at)}, module: pathToFileURL('index.mjs').href }
    const codes = await Promise.all(Array.from({ length: 20 }, () => new Promise((resolve, reject) => {
      const worker = new Worker(file, { workerData })
      worker.on('message', () => worker.terminate()).on('exit', resolve).on('error', reject)
    })))
    console.log(codes.join(''))`
  const { code, signal, stdout, stderr } = await run(script, { env: lingering(t) })
  assert.deepEqual({ code, signal, stdout, stderr }, { code: 0, signal: null, stdout: `${'1'.repeat(20)}\n`, stderr: '' })
  assert.equal(vault.listSync().entries.length, 1)
})

for (const [how, ending] of [['process.exit', 'process.exit(0)'], ['an uncaught error', "throw new Error('planned')"], ['the end of the script', 'stop.abort()']]) {
  test(`300 promises pending at ${how} end clean`, async (t) => {
    const stub = await slow(t)
    const { at } = vaultFor(t, stub.url)
    const script = `
      import { Credential, Vault } from './index.mjs'
      const vault = await Vault.open(${JSON.stringify(at)})
      const stop = new AbortController()
      const credential = vault.getSync('prod')
      for (let i = 0; i < 100; i++) {
        credential.verify({ signal: stop.signal }).catch(() => {})
        vault.get('prod')
        vault.put('p' + i, credential).catch(() => {})
      }
      await new Promise((resolve) => setTimeout(resolve, Number(process.env.WAIT)))
      ${ending}`
    const wanted = ending.startsWith('throw') ? 1 : 0
    const env = lingering(t)
    for (let round = 0; round < 6; round++) {
      const { code, signal, stderr } = await run(script, { env: { ...env, WAIT: String(round * 10) } })
      assert.deepEqual([code, signal], [wanted, null], stderr)
    }
  })
}

test('a program ends by itself with an open vault and an idle fetcher', async (t) => {
  const quick = await serve(t, (_, response) => answer(response, 200, ME))
  const { at } = vaultFor(t, quick.url)
  const script = `
    import { Vault } from './index.mjs'
    const vault = await Vault.open(${JSON.stringify(at)})
    const fetcher = await vault.fetcher('prod')
    console.log((await (await fetcher('users/me')).json()).username)`
  const started = performance.now()
  const { code, stdout } = await run(script)
  assert.deepEqual([code, stdout], [0, 'alice\n'])
  assert.ok(performance.now() - started < 4000)
})
