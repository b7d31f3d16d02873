import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import test from 'node:test'

import { Credential } from '../index.mjs'
import { ME, TOKEN, answer, folder, run, serve, vaultAt, vaultFor } from '../testing/harness.mjs'
import { certificates, proxy } from '../testing/tls.mjs'

async function secure(t) {
  const { caFile, key, cert } = certificates(folder(t))
  const seen = []
  const server = https.createServer({ key, cert }, (request, response) => {
    seen.push(request.url)
    answer(response, 200, ME)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `https://127.0.0.1:${server.address().port}`, caFile, seen }
}

/** The username that a fetcher for such a credential gets, or the code of what stops it. */
async function me(t, url, options) {
  const { vault } = vaultFor(t, url, options)
  const fetcher = await vault.fetcher('prod')
  t.after(() => fetcher.close())
  return fetcher('users/me').then(
    (reply) => reply.json().then((user) => user.username),
    (error) => error.cause.code,
  )
}

test('a fetcher trusts what its verify trusts', async (t) => {
  const { url, caFile, seen } = await secure(t)
  const { caFile: other } = certificates(folder(t))
  for (const [options, fetched, verified] of [
    [{ caFile }, 'alice', 'alice'],
    [{ allowUnauthorizedCerts: true }, 'alice', 'alice'],
    [{}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_unknown_authority'],
    [{ caFile: other }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_unknown_authority'],
  ]) {
    assert.equal(await me(t, url, options), fetched)
    const outcome = await new Credential(url, TOKEN, options).verify().then((user) => user.username, (error) => error.code)
    assert.equal(outcome, verified)
  }
  assert.equal(seen.length, 4)
})

test('a machine without authorities trusts nobody, also not those of Node', async (t) => {
  const { url } = await secure(t)
  const { vault, at } = vaultFor(t, url)
  const empty = path.join(folder(t), 'none.pem')
  writeFileSync(empty, '')
  vault.closeSync()
  const script = `
    import { Vault } from './index.mjs'
    import tls from 'node:tls'
    const made = tls.createSecureContext
    tls.createSecureContext = (options) => (console.log(JSON.stringify(options)), made(options))
    const vault = Vault.openSync(${JSON.stringify(at)})
    await vault.fetcher('prod')`
  const { stdout, stderr } = await run(script, { env: { SSL_CERT_FILE: empty, SSL_CERT_DIR: '/nonexistent' } })
  assert.equal(stdout, '{"ca":[]}\n', stderr)
})

test('a CA file that is gone is named when the fetcher is made', async (t) => {
  const { vault } = vaultFor(t, 'https://127.0.0.1:1', { caFile: '/nonexistent/ca.pem' })
  await assert.rejects(vault.fetcher('prod'), { code: 'invalid_tls_settings' })
  const plain = await serve(t, (_, response) => answer(response, 200, ME))
  assert.equal(await me(t, plain.url, { caFile: '/nonexistent/ca.pem' }), 'alice', 'plain http needs none')
})

test('a proxy of the credential is used for http and https', async (t) => {
  const plain = await serve(t, (_, response) => answer(response, 200, ME))
  const { url, caFile } = await secure(t)
  const between = await proxy(t)
  assert.equal(await me(t, plain.url, { proxy: between.url }), 'alice')
  assert.equal(await me(t, url, { proxy: between.url, caFile }), 'alice')
  assert.equal(await me(t, url, { proxy: between.url }), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  assert.deepEqual(between.seen.map(({ method, url }) => [method, url]), [
    ['GET', `${plain.url}/api/v4/users/me`],
    ['CONNECT', new URL(url).host],
    ['CONNECT', new URL(url).host],
  ])
  assert.ok(between.seen.slice(1).every((note) => note.token === undefined))
})

test('the environment’s proxy and its password are used, unless the credential goes direct', async (t) => {
  const plain = await serve(t, (_, response) => answer(response, 200, ME))
  const { url, caFile } = await secure(t)
  const between = await proxy(t)
  const { vault, at } = vaultAt(t)
  vault.putSync('plain', new Credential(plain.url, TOKEN))
  vault.putSync('secure', new Credential(url, TOKEN, { caFile }))
  vault.putSync('direct', new Credential(plain.url, TOKEN, { proxy: 'direct' }))
  vault.closeSync()
  const script = `
    import { inspect } from 'node:util'
    import { Vault } from './index.mjs'
    const vault = Vault.openSync(${JSON.stringify(at)})
    for (const name of ['plain', 'secure', 'direct']) {
      const fetcher = await vault.fetcher(name)
      console.log((await (await fetcher('users/me')).json()).username)
      const proxy = (await vault.hand(name)).proxy()
      console.log(inspect(proxy, { showHidden: true }), JSON.stringify(proxy))
    }`
  const withUser = between.url.replace('//', '//user:geheim%21@')
  const { stdout, stderr } = await run(script, { env: { HTTP_PROXY: withUser, http_proxy: withUser, HTTPS_PROXY: withUser, NO_PROXY: '', no_proxy: '' } })
  assert.equal(stdout.match(/alice/g)?.length, 3, stderr)
  assert.doesNotMatch(stdout, /geheim/)
  assert.equal(between.seen.length, 2)
  const basic = `Basic ${Buffer.from('user:geheim!').toString('base64')}`
  assert.deepEqual(between.seen.map((note) => note.authorization), [basic, basic])
})
