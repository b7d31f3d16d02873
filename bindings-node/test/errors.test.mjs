import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import test from 'node:test'

import * as mmcred from '../index.mjs'
import { root } from '../testing/harness.mjs'

const { Credential, InvalidToken, MmcredError, RateLimited, Vault } = mmcred

test('both module systems give the same names and the same classes', () => {
  const required = createRequire(import.meta.url)('../index.js')
  assert.deepEqual(Object.keys(required).sort(), Object.keys(mmcred).sort())
  for (const [name, value] of Object.entries(required)) assert.equal(mmcred[name], value, name)
})

test('every line of the ledger is a class of one family', () => {
  const { errors } = JSON.parse(readFileSync(path.join(root, '../tests/vectors/errors.json'), 'utf8'))
  const living = errors.filter((entry) => !entry.retired)
  const classes = Object.values(mmcred).filter((value) => value?.prototype instanceof MmcredError)
  const rows = classes.map((Class) => new Class('It happened.')).sort((one, other) => one.number - other.number)
  assert.deepEqual(
    rows.map(({ code, number, retry, hint }) => ({ name: code, number, retry, hint })),
    living.map(({ name, number, retry, hint }) => ({ name, number, retry, hint })),
  )
  for (const error of rows) {
    assert.ok(error instanceof Error)
    assert.equal(error.name, error.constructor.name)
    assert.equal(error.message, `It happened. ${error.hint}`)
    assert.ok(error.stack.startsWith(`${error.name}: It happened. ${error.hint}`))
  }
})

test('details are there when they are known, and absent otherwise', () => {
  const cause = new Error('why')
  const error = new RateLimited('Slow down.', { retryAfter: 7, requestId: 'abc', cause })
  assert.deepEqual([error.retryAfter, error.requestId, error.cause], [7, 'abc', cause])
  assert.deepEqual(Object.keys(new RateLimited('Slow down.')).sort(), ['code', 'hint', 'number', 'retry'])
})

test('a failure keeps its class and code through a promise and without one', async () => {
  const wanted = { name: 'VaultMissing', code: 'vault_missing', number: 400, retry: 'never' }
  await assert.rejects(Vault.open('/nonexistent/vault', { keyFile: '/nonexistent/key' }), wanted)
  assert.throws(() => Vault.openSync('/nonexistent/vault', { keyFile: '/nonexistent/key' }), wanted)
  assert.throws(() => new Credential('chat.example.com', ''), InvalidToken)
})

test('the stack of a rejected promise names the caller', async () => {
  async function callerOfMine() {
    return await Vault.open('/nonexistent/vault', { keyFile: '/nonexistent/key' })
  }
  const error = await callerOfMine().catch((error) => error)
  assert.match(error.stack, /callerOfMine/)
})
