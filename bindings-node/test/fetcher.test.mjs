import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { getEventListeners } from 'node:events'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect, promisify } from 'node:util'

import { Credential } from '../index.mjs'
import { ME, RENEWED, TOKEN, answer, root, serve, vaultFor } from '../testing/harness.mjs'

const BEARER = `Bearer ${TOKEN}`
const ok = (_, response) => answer(response, 200, ME)

/** A server, and a fetcher for the entry of it. */
async function fetching(t, handler = ok, options) {
  const stub = await serve(t, handler)
  const { vault, at } = vaultFor(t, stub.url)
  const fetcher = await vault.fetcher('prod', options)
  t.after(() => fetcher.close())
  return { ...stub, vault, at, fetcher }
}

test('a target may be a path, a URL or a Request', async (t) => {
  const { fetcher, url, seen } = await fetching(t)
  const targets = ['users/me', '/api/v4/users/me', `${url}/api/v4/users/me`, new URL(`${url}/api/v4/users/me`), new Request(`${url}/api/v4/users/me`)]
  for (const target of targets) {
    const reply = await fetcher(target)
    assert.equal(reply.status, 200)
    assert.equal((await reply.json()).username, 'alice')
  }
  assert.deepEqual(seen.map((note) => note.url), targets.map(() => '/api/v4/users/me'))
  assert.ok(seen.every((note) => note.authorization === BEARER))
})

test('a Request brings its method, headers, body and signal, and init overrules them', async (t) => {
  const { fetcher, url, seen } = await fetching(t)
  const request = () => new Request(`${url}/x`, { method: 'PUT', headers: { 'x-own': '1', cookie: 'a=b' }, body: 'hello' })
  await fetcher(request())
  await fetcher(request(), { method: 'post', headers: { 'x-own': '2' }, body: 'bye' })
  assert.deepEqual(seen.map(({ method, headers, body }) => [method, headers['x-own'], `${body}`]), [['PUT', '1', 'hello'], ['POST', '2', 'bye']])
  await assert.rejects(fetcher(new Request(`${url}/x`, { signal: AbortSignal.abort(new RangeError('mine')) })), RangeError)
  await assert.rejects(fetcher(new Request('http://127.0.0.1:1/x')), { code: 'wrong_origin' })
})

const form = () => {
  const form = new FormData()
  form.append('channel_id', 'c1')
  form.append('files', new File(['content'], 'a.txt', { type: 'text/plain' }))
  form.append('blob', new Blob(['more']), 'b.bin')
  return form
}

test('every kind of body arrives', async (t) => {
  const { fetcher, seen } = await fetching(t)
  const bodies = [
    ['text', 'text/plain;charset=UTF-8'],
    [Buffer.from('text'), undefined],
    [new Uint8Array(Buffer.from('xtext').buffer.slice(0)).subarray(0, 0), undefined],
    [new URLSearchParams({ a: 'b c' }), 'application/x-www-form-urlencoded;charset=UTF-8'],
    [new Blob(['text'], { type: 'text/csv' }), 'text/csv'],
    [new Response('text').body, undefined],
    [(async function* () { yield Buffer.from('te'); yield Buffer.from('xt') })(), undefined],
  ]
  for (const [body, type] of bodies) {
    await fetcher('files', { method: 'POST', body })
    assert.equal(seen.at(-1).headers['content-type'], type)
  }
  assert.deepEqual(seen.map(({ body }) => `${body}`), ['text', 'text', '', 'a=b+c', 'text', 'text', 'text'])
  await fetcher('files', { method: 'POST', body: form() })
  const { headers, body } = seen.at(-1)
  assert.match(headers['content-type'], /^multipart\/form-data; boundary=/)
  for (const part of ['name="channel_id"', 'c1', 'filename="a.txt"', 'text/plain', 'content', 'filename="b.bin"', 'more']) {
    assert.ok(body.includes(part), part)
  }
})

test('the header is the hand’s, and no cookie is sent or kept', async (t) => {
  const { fetcher, seen } = await fetching(t, (note, response) =>
    answer(response, 200, ME, { 'set-cookie': ['MMAUTHTOKEN=stolen; Path=/', 'MMCSRF=x'] }),
  )
  const headers = { Authorization: 'Basic eDp5', Cookie: 'MMAUTHTOKEN=mine', Host: 'elsewhere.example', 'x-kept': 'yes' }
  for (const given of [headers, Object.entries(headers), new Headers(headers)]) await fetcher('users/me', { headers: given })
  await fetcher('users/me', { credentials: 'include' })
  for (const note of seen) {
    assert.ok(note.authorization === BEARER)
    assert.equal(note.cookie, undefined)
    assert.match(note.headers.host, /^127\.0\.0\.1:/)
  }
  assert.deepEqual(seen.map((note) => note.headers['x-kept']), ['yes', 'yes', 'yes', undefined])
})

for (const status of [301, 302, 303, 307, 308]) {
  test(`a ${status} to another server is refused, and nothing is sent there`, async (t) => {
    const stranger = await serve(t, ok)
    const { port } = new URL(stranger.url)
    const locations = [`${stranger.url}/api/v4/users/me`, `//127.0.0.1:${port}/x`, `http://localhost:${port}/`, `http://user:pw@127.0.0.1:${port}/`, 'javascript:x', 'http://']
    let location
    const { fetcher, seen } = await fetching(t, (_, response) => answer(response, status, {}, { location }))
    for (location of locations) {
      await assert.rejects(fetcher('users/me'), { name: 'WrongOrigin', code: 'wrong_origin' }, location)
      await assert.rejects(fetcher('posts', { method: 'POST', body: '{}' }), { code: 'wrong_origin' }, location)
    }
    assert.equal(seen.length, 2 * locations.length)
    assert.deepEqual(stranger.seen, [])
  })
}

test('a redirect to the other server after one on the own is refused as well', async (t) => {
  const stranger = await serve(t, ok)
  const { fetcher, seen } = await fetching(t, (note, response) =>
    answer(response, 302, {}, { location: note.url === '/api/v4/users/me' ? '/next' : stranger.url }),
  )
  await assert.rejects(fetcher('users/me'), { code: 'wrong_origin' })
  assert.deepEqual(seen.map((note) => note.url), ['/api/v4/users/me', '/next'])
  assert.deepEqual(stranger.seen, [])
})

test('redirects on the own server follow the rules of fetch', async (t) => {
  const { fetcher, seen, url } = await fetching(t, (note, response) => {
    const [, status] = note.url.match(/^\/(\d+)/) ?? []
    // As a server writes it: the bytes of UTF-8.
    if (status) answer(response, Number(status), {}, { location: Buffer.from('../there?q=ü').toString('latin1') })
    else answer(response, 200, ME)
  })
  const outcomes = []
  for (const status of [301, 302, 303, 307, 308]) {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const body = method === 'GET' ? undefined : '{"a":1}'
      const reply = await fetcher(`/${status}`, { method, body, headers: { 'content-type': 'application/json' } })
      assert.ok(reply.redirected)
      assert.equal(reply.url, `${url}/there?q=%C3%BC`)
      const note = seen.at(-1)
      assert.ok(note.authorization === BEARER)
      outcomes.push(`${status} ${method} ${note.method} ${note.body} ${note.headers['content-type'] ?? '-'}`)
    }
  }
  const sent = 'application/json'
  assert.deepEqual(outcomes, [
    `301 GET GET  ${sent}`, '301 POST GET  -', `301 DELETE DELETE {"a":1} ${sent}`,
    `302 GET GET  ${sent}`, '302 POST GET  -', `302 DELETE DELETE {"a":1} ${sent}`,
    `303 GET GET  ${sent}`, '303 POST GET  -', '303 DELETE GET  -',
    `307 GET GET  ${sent}`, `307 POST POST {"a":1} ${sent}`, `307 DELETE DELETE {"a":1} ${sent}`,
    `308 GET GET  ${sent}`, `308 POST POST {"a":1} ${sent}`, `308 DELETE DELETE {"a":1} ${sent}`,
  ])
  const stream = new Response('x').body
  await assert.rejects(fetcher('/307', { method: 'POST', body: stream }), { name: 'TypeError', message: 'fetch failed' })
  assert.equal((await fetcher('users/me')).redirected, false)
})

test('redirects end after 20, and by choice at once', async (t) => {
  const { fetcher, seen } = await fetching(t, (_, response) => answer(response, 302, {}, { location: '/again' }))
  await assert.rejects(fetcher('users/me'), { name: 'TypeError' })
  assert.equal(seen.length, 21)
  await assert.rejects(fetcher('users/me', { redirect: 'error' }), { name: 'TypeError' })
  const reply = await fetcher('users/me', { redirect: 'manual' })
  assert.deepEqual([reply.status, reply.headers.get('location'), seen.length], [302, '/again', 23])
})

test('a target elsewhere is refused before anything is sent', async (t) => {
  const stranger = await serve(t, ok)
  const { fetcher, url, seen } = await fetching(t)
  const targets = [
    `${stranger.url}/api/v4/users/me`, stranger.url.replace('http:', ''), url.replace('http:', 'https:'), url.replace('127.0.0.1', 'localhost'),
    'http://user:pw@127.0.0.1/', '../../x', '/..%2f..', '/a\\b', 'file:///etc/passwd', 'data:,x', '', new URL(stranger.url),
  ]
  for (const target of targets) await assert.rejects(fetcher(target), { code: 'wrong_origin' }, String(target))
  assert.deepEqual([seen, stranger.seen], [[], []])
})

test('arguments of the wrong type are refused', async (t) => {
  const { fetcher, seen } = await fetching(t)
  const wrong = { code: 'invalid_argument' }
  for (const odd of [undefined, null, 1, {}, [], Symbol('s'), '\ud800']) await assert.rejects(fetcher(odd), wrong)
  for (const init of [1, 'x', { method: 1 }, { redirect: 'x' }, { signal: {} }, { timeout: 0 }, { timeout: '1' }]) {
    await assert.rejects(fetcher('users/me', init), wrong, inspect(init))
  }
  const own = new RangeError('mine')
  for (const name of ['method', 'headers', 'body', 'redirect', 'signal', 'timeout']) {
    await assert.rejects(fetcher('users/me', Object.defineProperty({}, name, { get() { throw own } })), own, name)
  }
  const detached = new Uint8Array(4)
  structuredClone(detached, { transfer: [detached.buffer] })
  await assert.rejects(fetcher('posts', { method: 'POST', body: detached }), TypeError)
  await assert.rejects(fetcher('users/me', { method: 'GET', body: 'x' }), TypeError)
  assert.deepEqual(seen, [])
})

/** Another process puts the renewed token. */
const renew = (at) =>
  promisify(execFile)(process.execPath, [
    '-e',
    `const { Vault, Credential } = require(${JSON.stringify(root)})
     const vault = Vault.openSync(${JSON.stringify(at)})
     const { serverUrl } = vault.getSync('prod').fields()
     vault.putSync('prod', new Credential(serverUrl, ${JSON.stringify(RENEWED)}), { replace: true })
     vault.closeSync()`,
  ])

/** Refuses the first token, but has it renewed before it says so. */
async function renewing(t) {
  const made = await fetching(t, async (note, response) => {
    if (note.authorization === `Bearer ${RENEWED}`) return answer(response, 200, ME)
    await renew(made.at)
    answer(response, 401, { id: 'api.context.session_expired.app_error' })
  })
  return made
}

test('a request is sent again with the token that another process put', async (t) => {
  const { fetcher, seen } = await renewing(t)
  const reply = await fetcher('posts', { method: 'POST', body: form() })
  assert.equal((await reply.json()).username, 'alice')
  assert.ok(seen[0].authorization === BEARER && seen[1].authorization === `Bearer ${RENEWED}`)
  assert.equal(seen.length, 2)
  assert.ok(seen.every((note) => note.body.includes('content')))
})

test('so is a Request, whose body was read', async (t) => {
  const { fetcher, url, seen } = await renewing(t)
  const reply = await fetcher(new Request(`${url}/api/v4/posts`, { method: 'POST', body: '{"a":1}' }))
  assert.equal(reply.status, 200)
  assert.deepEqual(seen.map(({ body }) => `${body}`), ['{"a":1}', '{"a":1}'])
})

test('a stream is not sent again: the refusal stands, and the next request works', async (t) => {
  const { fetcher, seen } = await renewing(t)
  const reply = await fetcher('posts', { method: 'POST', body: new Response('x').body })
  assert.deepEqual([reply.status, seen.length], [401, 1])
  assert.equal((await fetcher('users/me')).status, 200)
})

test('a 401 without a new token, or again after it, stands', async (t) => {
  let renewed = false
  const { fetcher, seen, vault, url } = await fetching(t, (_, response) => {
    if (renewed) vault.putSync('prod', new Credential(url, RENEWED), { replace: true })
    answer(response, 401, { id: 'expired' })
  })
  const reply = await fetcher('users/me')
  assert.deepEqual([reply.status, seen.length], [401, 1])
  assert.deepEqual(await reply.json(), { id: 'expired' })
  renewed = true
  assert.deepEqual([(await fetcher('users/me')).status, seen.length], [401, 3])
  vault.removeSync('prod')
  await assert.rejects(fetcher('users/me'), { code: 'entry_missing' })
})

test('an entry that moved to another server takes its fetcher nowhere', async (t) => {
  const stranger = await serve(t, ok)
  const { fetcher, vault, seen } = await fetching(t)
  vault.putSync('prod', new Credential(stranger.url, TOKEN), { replace: true })
  await assert.rejects(fetcher('users/me'), { code: 'wrong_origin' })
  assert.deepEqual([seen, stranger.seen], [[], []])
})

test('a signal aborts before, during and after the reply’s head', async (t) => {
  const { fetcher, seen } = await fetching(t, (note, response) => {
    if (note.url.endsWith('body')) response.writeHead(200).write('{')
  })
  const reason = new RangeError('enough')
  await assert.rejects(fetcher('head', { signal: AbortSignal.abort(reason) }), reason)
  assert.equal(seen.length, 0)
  const during = new AbortController()
  const waiting = fetcher('head', { signal: during.signal })
  while (seen.length === 0) await sleep(5)
  during.abort(reason)
  await assert.rejects(waiting, reason)
  const after = new AbortController()
  const reply = await fetcher('body', { signal: after.signal })
  after.abort(reason)
  await assert.rejects(reply.text(), reason)
})

test('the deadline holds for the head and for the body', async (t) => {
  const { fetcher } = await fetching(t, (note, response) => {
    if (note.url.endsWith('body')) response.writeHead(200).write('{')
  }, { timeout: 0.2 })
  const late = { name: 'TimeoutError' }
  const started = performance.now()
  await assert.rejects(fetcher('head'), late)
  await assert.rejects((await fetcher('body')).text(), late)
  await assert.rejects(fetcher('head', { timeout: 0.1, signal: new AbortController().signal }), late)
  assert.ok(performance.now() - started < 5000)
})

test('one signal serves many requests without a warning, and keeps nothing of them', async (t) => {
  const warnings = []
  const warned = (warning) => warnings.push(warning)
  process.on('warning', warned)
  t.after(() => process.off('warning', warned))
  const { fetcher } = await fetching(t, ok, { timeout: 1 })
  const { signal } = new AbortController()
  const kept = () => getEventListeners(signal, 'abort').length
  await Promise.all(Array.from({ length: 50 }, () => fetcher('users/me', { signal }).then((reply) => reply.text())))
  assert.equal(kept(), 1)
  while (kept() > 0) await sleep(50)
  assert.deepEqual(warnings, [])
})

test('a closed fetcher says so', async (t) => {
  const { fetcher } = await fetching(t)
  await (await fetcher('users/me')).text()
  await fetcher[Symbol.asyncDispose]()
  await fetcher.close()
  await assert.rejects(fetcher('users/me'), { name: 'Closed', code: 'closed' })
  assert.ok(!inspect(fetcher, { showHidden: true, depth: 9 }).includes(TOKEN))
})

test('a server that is gone is fetch’s own error, without the token', async (t) => {
  const { fetcher, server } = await fetching(t)
  server.close()
  const error = await fetcher('users/me').catch((error) => error)
  assert.equal(error.name, 'TypeError')
  assert.equal(error.cause.code, 'ECONNREFUSED')
  assert.ok(!inspect(error, { showHidden: true, depth: 20 }).includes(TOKEN))
})
