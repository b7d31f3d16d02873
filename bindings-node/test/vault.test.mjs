import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import test from 'node:test'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { Worker } from 'node:worker_threads'

import { Credential, Hand, Vault } from '../index.mjs'
import { RENEWED, TOKEN, folder, root, vaultAt, vaultFor } from '../testing/harness.mjs'

const CHAT = 'https://chat.example.com'
const credential = () => new Credential(CHAT, TOKEN)

test('each verb and its twin do the same', async (t) => {
  const { vault } = vaultAt(t)
  const first = await vault.put('a', credential())
  const second = vault.putSync('b', credential())
  assert.ok(Number.isInteger(first) && second > first)
  for (const stored of [await vault.get('b'), vault.getSync('b')]) {
    assert.equal(stored.version, second)
    assert.ok(stored.exposeToken() === TOKEN)
  }
  assert.deepEqual(await vault.list(), vault.listSync())
  await vault.rename('a', 'c')
  vault.renameSync('b', 'd')
  assert.deepEqual(vault.listSync().entries.map(({ name }) => name), ['c', 'd'])
  await vault.remove('c')
  vault.removeSync('d')
  assert.deepEqual(vault.listSync().entries, [])
  for (const work of [() => vault.getSync('c'), () => vault.removeSync('d'), () => vault.handSync('c')]) {
    assert.throws(work, { code: 'entry_missing' })
  }
  await assert.rejects(vault.get('c'), { code: 'entry_missing' })
  await assert.rejects(vault.fetcher('c'), { code: 'entry_missing' })
})

test('a listing has camelCase keys, nulls, and no token', (t) => {
  const { vault } = vaultFor(t, CHAT, { allowHttp: true })
  const listing = vault.listSync()
  const [entry] = listing.entries
  assert.deepEqual(listing.damaged, [])
  assert.deepEqual(Object.keys(entry).sort(), [
    'allowHttp', 'allowUnauthorizedCerts', 'caFile', 'createdAt', 'expiresAt', 'fingerprint', 'kind', 'name', 'proxy',
    'server', 'tokenId', 'updatedAt', 'userId', 'username', 'version',
  ])
  assert.deepEqual([entry.server, entry.expiresAt, entry.allowHttp, entry.kind], [CHAT, null, true, 'unknown'])
  assert.ok(Math.abs(entry.createdAt - Date.now()) < 60_000)
  assert.ok(!JSON.stringify(listing).includes(TOKEN))
})

test('a vault is opened by options, by a path or by a file URL', async (t) => {
  const { at, vault } = vaultFor(t, CHAT)
  const ways = [
    () => Vault.open(at),
    () => Vault.open(at.path, { keyFile: at.keyFile }),
    () => Vault.open(pathToFileURL(at.path), { keyFile: pathToFileURL(at.keyFile) }),
  ]
  for (const way of ways) {
    const opened = await way()
    assert.equal(opened.path, at.path)
    assert.equal(opened.keyFile, at.keyFile)
    assert.deepEqual(opened.listSync(), vault.listSync())
    await opened.close()
  }
  assert.equal(statSync(at.path).mode & 0o777, 0o700)
  assert.throws(() => Vault.openSync(new URL('https://chat.example.com/vault')), { code: 'invalid_argument' })
  assert.throws(() => new Vault(), TypeError)
})

test('wrong arguments are named, by promise and at once', async (t) => {
  const { vault, at } = vaultFor(t, CHAT)
  const wrong = (name) => ({ code: 'invalid_argument', message: new RegExp(`\\b${name}\\b`) })
  for (const odd of [undefined, null, 1, {}, [], Symbol('s'), '\ud800', 'x'.repeat(1 << 25)]) {
    await assert.rejects(vault.get(odd), wrong('name'))
    assert.throws(() => vault.getSync(odd), wrong('name'))
    await assert.rejects(vault.put(odd, credential()), wrong('name'))
    await assert.rejects(vault.remove(odd), wrong('name'))
    await assert.rejects(vault.rename('prod', odd), wrong('to'))
    await assert.rejects(vault.verify(odd), wrong('name'))
    await assert.rejects(vault.hand(odd), wrong('name'))
    assert.throws(() => vault.handSync('prod').prepareSync(odd), wrong('target'))
    await assert.rejects(vault.handSync('prod').prepare(odd), wrong('target'))
  }
  for (const odd of [undefined, null, 'token', {}, Credential, vault, Object.create(credential())]) {
    await assert.rejects(vault.put('x', odd), wrong('credential'))
    assert.throws(() => vault.putSync('x', odd), wrong('credential'))
  }
  for (const odd of [0, -1, NaN, Infinity, 1e7, '3', 3n, {}]) {
    await assert.rejects(vault.verify('prod', { timeout: odd }), wrong('timeout'))
    await assert.rejects(credential().verify({ timeout: odd }), wrong('timeout'))
    await assert.rejects(vault.fetcher('prod', { timeout: odd }), wrong('timeout'))
  }
  for (const odd of [1, 'x', {}, []]) await assert.rejects(vault.verify('prod', { signal: odd }), wrong('signal'))
  for (const odd of [-1, 1.5, NaN, '1', null]) assert.throws(() => vault.handSync('prod').after401Sync(odd), wrong('version'))
  await assert.rejects(vault.put('x', credential(), { replace: 'no' }), wrong('replace'))
  await assert.rejects(vault.put('x', credential(), 'replace'), wrong('options'))
  await assert.rejects(Vault.open(at.path, { create: 1 }), wrong('create'))
  await assert.rejects(Vault.open({ path: 3 }), wrong('path'))
  await assert.rejects(Vault.open(at.path, { keyFile: [] }), wrong('keyFile'))
  await assert.rejects(Vault.open(`${at.path}\0`, { create: true }), (error) => typeof error.code === 'string' && error.number >= 100)
  await assert.rejects(Vault.open(''), { code: 'invalid_argument' })
})

test('a getter that throws, or a proxy that does, is its owner’s error, and nothing was done', async (t) => {
  const { vault } = vaultFor(t, CHAT)
  const own = new RangeError('mine')
  const fail = () => {
    throw own
  }
  const trap = (name) => Object.defineProperty({}, name, { get: fail })
  const hostile = new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail })
  for (const options of [trap('path'), trap('create'), trap('keyFile'), hostile]) {
    await assert.rejects(Vault.open(options), own)
    assert.throws(() => Vault.openSync(options), own)
  }
  for (const options of [trap('replace'), hostile]) {
    await assert.rejects(vault.put('prod', credential(), options), own)
    assert.throws(() => vault.putSync('prod', credential(), options), own)
  }
  for (const options of [trap('timeout'), trap('signal'), { signal: hostile }, hostile]) {
    await assert.rejects(vault.verify('prod', options), own)
    await assert.rejects(credential().verify(options), own)
  }
  await assert.rejects(vault.fetcher('prod', trap('timeout')), own)
  for (const odd of [hostile, new Proxy(credential(), {})]) {
    await assert.rejects(vault.get(odd), { code: 'invalid_argument' })
    await assert.rejects(vault.put('x', odd), { code: 'invalid_argument' })
  }
  assert.deepEqual(vault.listSync().entries.map(({ name, version }) => [name, version]), [['prod', 1]])
})

test('a closed vault says so, and closes again', async (t) => {
  const { vault } = vaultFor(t, CHAT)
  const hand = vault.handSync('prod')
  await vault.close()
  await vault.close()
  vault.closeSync()
  for (const work of [() => vault.getSync('prod'), () => vault.listSync(), () => hand.prepareSync('x')]) {
    assert.throws(work, { code: 'closed' })
  }
  await assert.rejects(vault.put('x', credential()), { code: 'closed' })
})

test('a vault is closed by disposing of it', async (t) => {
  const { at } = vaultFor(t, CHAT)
  const one = Vault.openSync(at)
  one[Symbol.dispose]()
  const two = Vault.openSync(at)
  await two[Symbol.asyncDispose]()
  for (const vault of [one, two]) assert.throws(() => vault.listSync(), { code: 'closed' })
})

test('a hand prepares, follows, and knows when to try again', async (t) => {
  const { vault } = vaultFor(t, `${CHAT}/chat`)
  const hand = await vault.hand('prod')
  assert.ok(hand instanceof Hand)
  assert.deepEqual([hand.name, hand.serverUrl], ['prod', `${CHAT}/chat`])
  for (const ready of [await hand.prepare('users/me'), hand.prepareSync(new URL(`${CHAT}/chat/api/v4/users/me`))]) {
    assert.equal(ready.url, `${CHAT}/chat/api/v4/users/me`)
    assert.ok(ready.authorization === `Bearer ${TOKEN}`)
    const shown = inspect(ready, { showHidden: true, getters: true, depth: 9 }) + JSON.stringify(ready)
    assert.ok(!shown.includes(TOKEN))
    assert.throws(() => structuredClone(ready), { name: 'DataCloneError' })
  }
  assert.equal(hand.follow(`${CHAT}/chat/x`, 'y?z'), `${CHAT}/chat/y?z`)
  assert.throws(() => hand.follow(`${CHAT}/chat/x`, 'https://elsewhere.example/'), { code: 'wrong_origin' })
  await assert.rejects(hand.prepare(`${CHAT}/other`), { code: 'wrong_origin' })
  const { version } = hand.prepareSync('users/me')
  assert.equal(await hand.after401(version), false)
  vault.putSync('prod', new Credential(`${CHAT}/chat`, RENEWED), { replace: true })
  assert.equal(hand.after401Sync(version), true)
  assert.ok(hand.prepareSync('x').authorization === `Bearer ${RENEWED}`)
  for (const guarded of [vault, hand]) {
    assert.throws(() => structuredClone(guarded), { name: 'DataCloneError' })
    assert.ok(!inspect(guarded, { showHidden: true, depth: 9 }).includes(RENEWED))
  }
})

test('twenty workers and the main thread share one vault', async (t) => {
  const { vault, at } = vaultFor(t, CHAT)
  const script = `
    import { workerData, parentPort } from 'node:worker_threads'
    const { Vault, Credential } = await import(workerData.module)
    const vault = await Vault.open(workerData.at)
    for (let round = 0; round < 10; round++) await vault.put(workerData.name + round, await vault.get('prod'))
    await vault.close()
    parentPort.postMessage('done')`
  const file = new URL(`data:text/javascript,${encodeURIComponent(script)}`)
  const module = pathToFileURL(`${root}/index.mjs`).href
  const workers = Array.from({ length: 20 }, (_, number) => new Worker(file, { workerData: { at, module, name: `w${number}-` } }))
  await Promise.all(workers.map((worker) => new Promise((resolve, reject) => worker.on('error', reject).on('exit', resolve))))
  assert.equal((await vault.list()).entries.length, 201)
})

test('a folder that is no vault stays as it is', async (t) => {
  const empty = folder(t)
  await assert.rejects(Vault.open(empty, { keyFile: `${empty}/key` }), { code: 'vault_missing' })
})
