'use strict'

const { InvalidArgument } = require('../errors.js')
const { bag, pathText, unlessAborted } = require('./arguments.js')
const { Guarded, shown } = require('./guarded.js')
const { native, settle } = require('./native.js')

const adopt = Symbol('adopt')

/** The native handle of a Credential, null for anything else. */
let handleOf

/** The handle of an administrator's credential, null for none. */
function adminHandle(admin) {
  if (admin === undefined || admin === null) return null
  const handle = handleOf(admin)
  if (handle === null) throw new InvalidArgument('The argument admin must be a Credential.')
  return handle
}

class Credential extends Guarded {
  #handle
  #version = null

  static {
    handleOf = (value) => (typeof value === 'object' && value !== null && #handle in value ? value.#handle : null)
  }

  constructor(url, token, options) {
    super()
    if (url === adopt) {
      this.#handle = token.credential
      this.#version = token.version ?? null
      return
    }
    const { caFile, proxy, allowHttp, allowUnauthorizedCerts, tokenId, userId } = bag(options)
    this.#handle = settle(
      native.credential(plain(url), token, pathText(caFile), plain(proxy), allowHttp, allowUnauthorizedCerts, tokenId, userId),
    )
  }

  static fromN8nFields(fields, options) {
    const { allowHttp } = bag(options)
    const credential = settle(native.credentialFromN8nFields(json(fields), allowHttp))
    return new Credential(adopt, { credential })
  }

  get version() {
    return this.#version
  }

  get fingerprint() {
    return settle(this.#handle.fingerprint())
  }

  fields() {
    return JSON.parse(settle(this.#handle.fields()))
  }

  authorization() {
    return settle(this.#handle.authorization())
  }

  exposeToken() {
    return settle(this.#handle.exposeToken())
  }

  async verify(options) {
    const { timeout, signal } = bag(options)
    return JSON.parse(await unlessAborted(signal, (cancel) => this.#handle.verify(timeout, cancel)))
  }

  async diagnose(options) {
    const { admin, timeout, signal } = bag(options)
    const handle = adminHandle(admin)
    return JSON.parse(await unlessAborted(signal, (cancel) => this.#handle.diagnose(handle, timeout, cancel)))
  }

  async test(options) {
    const { timeout, signal } = bag(options)
    return JSON.parse(await unlessAborted(signal, (cancel) => this.#handle.test(timeout, cancel)))
  }

  [shown]() {
    return this.fields()
  }
}

/** A Credential for what a vault gave. */
const adopted = (stored) => new Credential(adopt, stored)

const plain = (value) => (value instanceof URL ? value.href : value)

function json(fields) {
  if (typeof fields === 'string') return fields
  const { accessToken, baseUrl, allowUnauthorizedCerts } = bag(fields, 'fields')
  try {
    return JSON.stringify({ accessToken, baseUrl, allowUnauthorizedCerts })
  } catch {
    throw new InvalidArgument('The n8n fields can not be written as JSON.')
  }
}

module.exports = { Credential, adopted, handleOf }
