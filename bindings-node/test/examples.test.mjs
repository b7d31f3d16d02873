// Runs each of examples/node as a reader would: copied into an empty folder, beside the installed packages.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import ts from 'typescript'

import { Credential } from '../index.mjs'
import { absent, fake } from '../testing/fake.mjs'
import { folder, root, vaultAt } from '../testing/harness.mjs'

/** A server with alice, an entry `prod` with her token, and the examples beside `node_modules`. */
async function stage(t) {
  const server = await fake(t)
  const { id } = await server.user('alice')
  await server.call('PUT', `users/${id}/roles`, { roles: 'system_user system_user_access_token' })
  const first = await server.token(id)
  const { vault, at } = vaultAt(t)
  vault.putSync('prod', new Credential(server.url, first.token))
  const place = folder(t)
  mkdirSync(path.join(place, 'node_modules'))
  symlinkSync(root, path.join(place, 'node_modules/mmcred'))
  symlinkSync(path.join(root, 'node_modules/@mattermost'), path.join(place, 'node_modules/@mattermost'))
  cpSync(path.join(root, '../examples/node'), place, { recursive: true })
  const env = { ...process.env, MMCRED_VAULT: at.path, MMCRED_KEY_FILE: at.keyFile }

  function start(...command) {
    const child = spawn(process.execPath, command, { cwd: place, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 })
    t.after(() => child.kill())
    const printed = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr']) child[name].on('data', (chunk) => (printed[name] += chunk))
    const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, ...printed })))
    return { child, printed, ended }
  }
  return { ...server, id, first, vault, place, start, run: (...command) => start(...command).ended }
}

const refused = (server) => server.call('POST', 'users/tokens/revoke', { token_id: server.first.id })

test('fetch.mjs looks a user up, and says what to do when it can not', { skip: absent }, async (t) => {
  const { id, run } = await stage(t)
  const found = { code: 0, signal: null, stdout: `alice ${id} system_user system_user_access_token\n`, stderr: '' }
  assert.deepEqual(await run('fetch.mjs'), found)
  assert.deepEqual(await run('fetch.mjs', 'prod', 'alice'), found)
  for (const [command, message] of [[['prod', 'no-one'], /answered 404 to users\/username\/no-one/], [['other'], /other.*mmcred list/]]) {
    const { code, stdout, stderr } = await run('fetch.mjs', ...command)
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, message)
  }
})

test('client.cjs lists users through the official client', { skip: absent }, async (t) => {
  const server = await stage(t)
  assert.deepEqual(await server.run('client.cjs', 'prod'), { code: 0, signal: null, stdout: 'admin\nalice (me)\n', stderr: '' })
  await refused(server)
  const { code, stderr } = await server.run('client.cjs')
  assert.equal(code, 1)
  assert.match(stderr, /session/)
})

test('verify.mts checks every entry, and Ctrl-C stops it', { skip: absent }, async (t) => {
  const server = await stage(t)
  const source = readFileSync(path.join(server.place, 'verify.mts'), 'utf8')
  const { ESNext, ES2022 } = { ...ts.ModuleKind, ...ts.ScriptTarget }
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ESNext, target: ES2022 } })
  writeFileSync(path.join(server.place, 'verify.mjs'), outputText)
  assert.deepEqual(await server.run('verify.mjs'), { code: 0, signal: null, stdout: 'prod: works, as alice\n', stderr: '' })
  await refused(server)
  server.vault.putSync('gone', new Credential('http://127.0.0.1:1', server.first.token))
  const { code, stdout } = await server.run('verify.mjs')
  assert.equal(code, 1)
  assert.deepEqual(stdout.match(/^\w+: \w+/gm)?.sort(), ['gone: connection_refused', 'prod: token_rejected'])
  server.vault.removeSync('gone')
  await server.steer('DELETE', 'log')
  await server.steer('POST', 'faults', { kind: 'slow', ms: 20_000 })
  const { child, ended } = server.start('verify.mjs')
  while ((await server.steer('GET', 'log')).length === 0) await sleep(20)
  child.kill('SIGINT')
  const stopped = await ended
  assert.equal(stopped.code, 3)
  assert.match(stopped.stdout, /^prod: cancelled/)
})

test('watch.mjs survives a renewed token, and ends on SIGTERM', { skip: absent }, async (t) => {
  const server = await stage(t)
  const { child, printed, ended } = server.start('watch.mjs', 'prod', '0.02')
  const lines = () => printed.stdout.split('\n').length
  const turns = async (count) => {
    for (const from = lines(); lines() < from + count; ) await sleep(10)
  }
  await turns(3)
  const { token } = await server.token(server.id)
  server.vault.putSync('prod', new Credential(server.url, token), { replace: true })
  await refused(server)
  await turns(10)
  child.kill('SIGTERM')
  const { code, stdout, stderr } = await ended
  assert.deepEqual([code, stderr], [0, ''])
  assert.match(stdout, /^(alice\n)+$/)
})
