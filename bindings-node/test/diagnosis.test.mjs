// Diagnoses and tests in JavaScript's types. What is found in which case is among the behaviours.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { Credential } from '../index.mjs'
import { ME, TOKEN, answer, root, serve, vaultFor } from '../testing/harness.mjs'

const REFUSAL = { id: 'api.context.session_expired.app_error', message: '', detailed_error: '', status_code: 401 }

test('a diagnosis has the keys of its type, in camelCase', async (t) => {
  const { url } = await serve(t, (_, response) => answer(response, 401, REFUSAL))
  const { vault } = vaultFor(t, url)
  const diagnosis = await vault.diagnose('prod')
  assert.deepEqual(Object.keys(diagnosis), ['server', 'works', 'verified', 'steps', 'findings'])
  assert.deepEqual(Object.keys(diagnosis.steps[0]), ['name', 'mark', 'says'])
  const keys = ['code', 'number', 'severity', 'certainty', 'evidence', 'cause', 'fix', 'adminFix', 'call']
  assert.deepEqual(Object.keys(diagnosis.findings[0]), keys)
  assert.deepEqual([diagnosis.server, diagnosis.works, diagnosis.verified], [url, false, null])
  const types = readFileSync(path.join(root, 'findings.d.ts'), 'utf8')
  assert.ok(types.includes(`| '${diagnosis.findings[0].code}'`))
})

test('a good token has its owner', async (t) => {
  const { url } = await serve(t, (_, response) => answer(response, 200, ME))
  const { vault } = vaultFor(t, url)
  assert.equal((await vault.diagnose('prod')).verified.isBot, false)
  assert.deepEqual(await (await vault.get('prod')).test(), {
    status: 'OK',
    message: 'Connection successful! Logged in as alice.',
  })
})

test('a signal stops a diagnosis and a test', async (t) => {
  const { url } = await serve(t, () => {})
  const credential = new Credential(url, TOKEN)
  const { vault } = vaultFor(t, url)
  for (const ask of [
    (options) => credential.diagnose(options),
    (options) => credential.test(options),
    (options) => vault.diagnose('prod', options),
  ]) {
    const stop = new AbortController()
    setTimeout(() => stop.abort('enough'), 50)
    await assert.rejects(ask({ signal: stop.signal }), { code: 'cancelled', cause: 'enough' })
  }
})

test('what is no argument is named', async (t) => {
  const { vault } = vaultFor(t, 'http://127.0.0.1:1')
  const credential = new Credential('http://127.0.0.1:1', TOKEN)
  for (const [name, work] of [
    ['admin', () => credential.diagnose({ admin: 'admin' })],
    ['admin', () => credential.diagnose({ admin: {} })],
    ['admin', () => vault.diagnose('prod', { admin: credential })],
    ['timeout', () => credential.diagnose({ timeout: '3' })],
    ['timeout', () => credential.test({ timeout: 0 })],
    ['name', () => vault.diagnose()],
    ['tokenId', async () => new Credential('chat.example.com', TOKEN, { tokenId: 3 })],
    ['user_id', async () => new Credential('chat.example.com', TOKEN, { userId: 'alice' })],
  ]) {
    await assert.rejects(work, { code: 'invalid_argument', message: new RegExp(`argument ${name} `) }, name)
  }
})
