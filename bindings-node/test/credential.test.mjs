import assert from 'node:assert/strict'
import test from 'node:test'
import { inspect } from 'node:util'
import { MessageChannel, Worker } from 'node:worker_threads'

import { Credential } from '../index.mjs'
import { TOKEN } from '../testing/harness.mjs'

const CHAT = 'https://chat.example.com'
const bytes = () => Uint8Array.from(Buffer.from(TOKEN))
const code = (work) => {
  try {
    work()
    return 'ok'
  } catch (error) {
    return error.code ?? error
  }
}

test('fields tell what may be printed', () => {
  const credential = new Credential(`${CHAT}/core/channels/town-square`, TOKEN, { proxy: 'direct', caFile: '/etc/ca.pem' })
  const { fingerprint, remark, ...rest } = credential.fields()
  assert.deepEqual(rest, {
    serverUrl: CHAT,
    kind: 'unknown',
    userId: null,
    username: null,
    tokenId: null,
    expiresAt: null,
    caFile: '/etc/ca.pem',
    proxy: 'direct',
    allowHttp: false,
    allowUnauthorizedCerts: false,
  })
  assert.match(fingerprint, /^[0-9a-f]{8}$/)
  assert.equal(fingerprint, credential.fingerprint)
  assert.equal(typeof remark, 'string')
  assert.equal(credential.version, null)
})

test('a token may come as text or bytes', () => {
  const padded = Buffer.from(`xx${TOKEN}yy`)
  const shared = new Uint8Array(new SharedArrayBuffer(26))
  shared.set(bytes())
  for (const token of [TOKEN, ` "Bearer ${TOKEN}"\n`, bytes(), Buffer.from(TOKEN), padded.subarray(2, 28), shared]) {
    assert.ok(new Credential(CHAT, token).exposeToken() === TOKEN)
  }
})

test('bytes that are no token are refused', () => {
  const detached = bytes()
  structuredClone(detached, { transfer: [detached.buffer] })
  assert.equal(code(() => new Credential(CHAT, detached)), 'invalid_token')
  const resized = new ArrayBuffer(26, { maxByteLength: 52 })
  const beyond = new Uint8Array(resized, 20, 6)
  resized.resize(10)
  assert.equal(code(() => new Credential(CHAT, beyond)), 'invalid_token')
  assert.equal(code(() => new Credential(CHAT, Buffer.from([0xff, 0xfe]))), 'invalid_token')
  assert.equal(code(() => new Credential(CHAT, Buffer.alloc(1 << 20, 's'))), 'invalid_token')
  assert.equal(code(() => new Credential(CHAT, Buffer.alloc(1 << 25, 's'))), 'invalid_argument')
  for (const wrong of [new Proxy(bytes(), {}), new Uint16Array(26), new DataView(new ArrayBuffer(26)), new ArrayBuffer(26)]) {
    assert.equal(code(() => new Credential(CHAT, wrong)), 'invalid_argument')
  }
})

const ODD = [undefined, null, true, 1, NaN, 1n, Symbol('s'), {}, [], ['x'], () => {}, new Date(0), new (class {})()]

test('every argument of the wrong type is named', () => {
  for (const odd of ODD) {
    const shown = inspect(odd)
    for (const [name, work] of [
      ['url', () => new Credential(odd, TOKEN)],
      ['token', () => new Credential(CHAT, odd)],
      ['fields?', () => Credential.fromN8nFields(odd)],
    ]) {
      assert.throws(work, { code: 'invalid_argument', message: new RegExp(name) }, shown)
    }
    if (odd === undefined || odd === null) continue
    for (const name of ['caFile', 'proxy', 'allowHttp', 'allowUnauthorizedCerts']) {
      if (name.startsWith('allow') && odd === true) continue
      const wanted = { code: 'invalid_argument', message: new RegExp(name) }
      assert.throws(() => new Credential(CHAT, TOKEN, { [name]: odd }), wanted, `${name}: ${shown}`)
    }
  }
  for (const options of [1, 'x', true, 1n, Symbol('s'), () => {}]) {
    assert.equal(code(() => new Credential(CHAT, TOKEN, options)), 'invalid_argument', inspect(options))
  }
})

test('a URL that is no path of this machine is refused as one', () => {
  for (const url of ['https://chat.example.com/ca.pem', 'file://elsewhere/ca.pem', 'file:///a%2Fca.pem']) {
    assert.equal(code(() => new Credential(CHAT, TOKEN, { caFile: new URL(url) })), 'invalid_argument', url)
  }
})

test('switches take no text', () => {
  assert.equal(code(() => new Credential(CHAT, TOKEN, { allowUnauthorizedCerts: 'false' })), 'invalid_argument')
})

test('text that is no Unicode, and text without end', () => {
  assert.equal(code(() => new Credential('chat\ud800.example.com', TOKEN)), 'invalid_argument')
  assert.equal(code(() => new Credential(CHAT, `\udc00${TOKEN}`)), 'invalid_token')
  const huge = 'x'.repeat(2 ** 29 - 24)
  for (const work of [
    () => new Credential(huge, TOKEN),
    () => new Credential(CHAT, huge),
    () => new Credential(CHAT, TOKEN, { proxy: huge }),
    () => Credential.fromN8nFields(huge),
  ]) {
    assert.equal(code(work), 'invalid_argument')
  }
  assert.equal(code(() => new Credential('chat.example.com\0', TOKEN)), 'invalid_server_url')
})

test('a getter that throws is its owner’s error, and nothing else happens', () => {
  const own = new RangeError('mine')
  const trap = (name) => Object.defineProperty({}, name, { get() { throw own } })
  assert.equal(code(() => new Credential(CHAT, TOKEN, trap('proxy'))), own)
  assert.equal(code(() => Credential.fromN8nFields(trap('accessToken'))), own)
  const hostile = { [Symbol.toPrimitive]() { throw own }, toString() { throw own } }
  assert.equal(code(() => new Credential(hostile, TOKEN)), 'invalid_argument')
  assert.equal(code(() => new Credential(CHAT, hostile)), 'invalid_argument')
  const ring = {}
  ring.ring = ring
  assert.equal(code(() => Credential.fromN8nFields({ accessToken: ring, baseUrl: CHAT })), 'invalid_argument')
  assert.equal(code(() => Credential.fromN8nFields({ accessToken: 1n, baseUrl: CHAT })), 'invalid_argument')
})

test('n8n fields as an object and as JSON', () => {
  const fields = { accessToken: TOKEN, baseUrl: `${CHAT}/`, allowUnauthorizedCerts: true, more: 'ignored' }
  for (const given of [fields, JSON.stringify(fields)]) {
    assert.equal(Credential.fromN8nFields(given).fields().allowUnauthorizedCerts, true)
  }
  assert.equal(code(() => Credential.fromN8nFields({ ...fields, baseUrl: 'http://mattermost' })), 'insecure_url')
  assert.equal(Credential.fromN8nFields({ ...fields, baseUrl: 'http://mattermost' }, { allowHttp: true }).fields().allowHttp, true)
})

/** Every way to print that came to mind. */
function printed(value) {
  const everything = { depth: 20, showHidden: true, getters: true, showProxy: true }
  return [
    inspect(value, everything),
    inspect({ nested: [value] }, everything),
    JSON.stringify(value),
    JSON.stringify({ ...value }),
    String(value),
    `${Object.getOwnPropertyNames(value).map((name) => inspect(value[name]))}`,
    inspect(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(value)), everything),
  ].join('\n')
}

test('no way to print a credential shows its token', () => {
  const text = printed(new Credential(CHAT, TOKEN))
  assert.ok(!text.includes(TOKEN))
  assert.match(text, /Credential \{[\s\S]*chat\.example\.com/)
  assert.ok(inspect(new Credential(CHAT, TOKEN).exposeToken()).includes(TOKEN), 'the search can find one')
})

test('a credential can not be cloned', () => {
  const credential = new Credential(CHAT, TOKEN)
  const refused = { name: 'DataCloneError' }
  assert.throws(() => structuredClone(credential), refused)
  const { port1, port2 } = new MessageChannel()
  assert.throws(() => port1.postMessage({ credential }), refused)
  port1.close()
  port2.close()
  assert.throws(() => new Worker('', { eval: true, workerData: credential }), refused)
})

test('a method on a wrong object is a TypeError, never a crash', () => {
  const credential = new Credential(CHAT, TOKEN)
  for (const other of [{}, Object.create(credential), null]) {
    assert.throws(() => Credential.prototype.exposeToken.call(other), TypeError)
  }
})
