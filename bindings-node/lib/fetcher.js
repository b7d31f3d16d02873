'use strict'

const tls = require('node:tls')

const { Closed, InvalidArgument, MissingExtra } = require('../errors.js')
const { bag, check, watch } = require('./arguments.js')
const { native, settle } = require('./native.js')

const MOST_HOPS = 20
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Headers that would make another server, session or proxy of the request. */
const NEVER_SENT = ['authorization', 'cookie', 'cookie2', 'host', 'proxy-authorization']
const OF_A_BODY = ['content-encoding', 'content-language', 'content-length', 'content-location', 'content-type']

/** A `fetch` that is bound to a hand: whither and with what header is the hand's to say. */
function fetcherOf(hand, { timeout }) {
  settle(native.milliseconds(timeout))
  const dispatcher = dispatcherFor(hand)
  let closed = false

  async function fetcher(target, init) {
    if (closed) throw new Closed('The fetcher was closed.')
    const request = await read(target, bag(init, 'init'))
    const deadline = settle(native.milliseconds(request.timeout ?? timeout))
    return send(hand, dispatcher, { ...request, signal: combined(request.signals, deadline) })
  }

  fetcher.close = async () => {
    closed = true
    if (!dispatcher.closed) await dispatcher.close()
  }
  fetcher[Symbol.asyncDispose] = fetcher.close
  return fetcher
}

async function send(hand, dispatcher, request) {
  const { headers, signal } = request
  let { method, body } = request
  let ready = hand.prepareSync(request.target)
  let mayRetry = !isStream(body)
  for (let hops = 0; ; ) {
    signal.throwIfAborted()
    headers.set('authorization', ready.authorization)
    const options = { method, headers, body, signal, dispatcher, redirect: 'manual', duplex: 'half' }
    const response = await undici().fetch(ready.url, options)
    if (response.status === 401 && mayRetry && hand.after401Sync(ready.version)) {
      mayRetry = false
      await discard(response)
      ready = hand.prepareSync(ready.url)
      continue
    }
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null
    if (location === null || request.redirect === 'manual') return arrived(response, hops)
    await discard(response)
    if (request.redirect === 'error') throw failed('unexpected redirect')
    const next = hand.follow(ready.url, utf8(location))
    if (++hops > MOST_HOPS) throw failed('redirect count exceeded')
    if (becomesGet(response.status, method)) {
      method = 'GET'
      body = undefined
      for (const name of OF_A_BODY) headers.delete(name)
    } else if (isStream(body)) {
      throw failed('a stream can not be sent again to where a redirect leads')
    }
    ready = hand.prepareSync(next)
  }
}

/** The parts of a request, whatever it was given as. */
async function read(target, init) {
  const given = isRequest(target) ? target : {}
  const headers = new (undici().Headers)(init.headers ?? given.headers)
  for (const name of NEVER_SENT) headers.delete(name)
  const body = init.body !== undefined ? init.body : await bytes(given)
  return {
    target: target instanceof URL ? target.href : isRequest(target) ? target.url : target,
    method: text(init.method ?? given.method ?? 'GET', 'method').toUpperCase(),
    headers,
    body: sendable(body),
    redirect: mode(init.redirect ?? given.redirect ?? 'follow'),
    signals: [init.signal, given.signal].filter((signal) => signal !== undefined && signal !== null),
    timeout: init.timeout,
  }
}

/** A Request is recognised by its shape: Node's own and undici's are different classes. */
const isRequest = (target) =>
  typeof target === 'object' && target !== null && typeof target.url === 'string' && typeof target.arrayBuffer === 'function'

/** A Request's body whole, so that it can be sent again. */
const bytes = async (request) => (request.body ? new Uint8Array(await request.arrayBuffer()) : undefined)

/** undici does not know the FormData of Node's own fetch. */
function sendable(body) {
  const { FormData } = undici()
  if (!(body instanceof globalThis.FormData) || body instanceof FormData) return body ?? undefined
  const form = new FormData()
  for (const [name, value] of body) {
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, value, value.name)
  }
  return form
}

function isStream(body) {
  return typeof body === 'object' && body !== null && (Symbol.asyncIterator in body || typeof body.getReader === 'function')
}

function text(value, name) {
  if (typeof value !== 'string') throw new InvalidArgument(`The argument ${name} must be a string.`)
  return value
}

function mode(redirect) {
  if (['follow', 'manual', 'error'].includes(redirect)) return redirect
  throw new InvalidArgument("The argument redirect must be 'follow', 'manual' or 'error'.")
}

/** Aborts with the first of `signals`, or after the deadline, which is when it lets go of them. */
function combined(signals, milliseconds) {
  signals.forEach(check)
  const controller = new AbortController()
  const unwatch = signals.map((signal) => watch(signal, () => controller.abort(signal.reason)))
  const aborted = signals.find((signal) => signal.aborted)
  if (aborted) controller.abort(aborted.reason)
  const expire = () => {
    unwatch.forEach((each) => each())
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
  }
  setTimeout(expire, milliseconds).unref()
  return controller.signal
}

/** The rules of fetch. */
const becomesGet = (status, method) =>
  (status === 303 && method !== 'GET' && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST')

const failed = (why) => new TypeError('fetch failed', { cause: new Error(why) })

/** Header values arrive as Latin-1; servers write UTF-8. */
const utf8 = (value) => (/^[\x00-\x7f]*$/.test(value) ? value : Buffer.from(value, 'latin1').toString())

function arrived(response, hops) {
  return hops === 0 ? response : Object.defineProperty(response, 'redirected', { value: true })
}

const discard = (response) => response.body?.cancel().catch(() => {})

/** Connects as verify does: the same roots, the same proxy, nothing of the environment. */
function dispatcherFor(hand) {
  const { Agent, ProxyAgent } = undici()
  const connect = hand.serverUrl.startsWith('https:') || hand.proxy()?.url.startsWith('https:') ? trust(hand) : {}
  const proxy = hand.proxy()
  if (!proxy) return new Agent({ connect })
  const token = proxy.authorization ?? undefined
  return new ProxyAgent({ uri: proxy.url, token, requestTls: connect, proxyTls: connect, proxyTunnel: false })
}

function trust(hand) {
  const roots = hand.trustedRoots()
  if (roots === null) return { rejectUnauthorized: false }
  // Made once: the roots take 10 ms to read. An empty list trusts nobody, where no list would trust Node's own.
  return { secureContext: tls.createSecureContext({ ca: roots === '' ? [] : roots }) }
}

let loaded

/** Loaded at the first fetcher: a program without one should not wait for it. */
function undici() {
  if (loaded) return loaded
  try {
    // By its file: for the bare name Bun gives a stub of its own, which knows neither authorities nor proxies.
    loaded = require('undici/index.js')
  } catch (cause) {
    throw new MissingExtra('The package undici is not installed.', { hint: 'Run: npm install undici@7', cause })
  }
  return loaded
}

module.exports = { fetcherOf }
