'use strict'

const { Guarded, shown } = require('./guarded.js')
const { settle } = require('./native.js')

/** A request that may be sent. */
class Prepared extends Guarded {
  #ready

  constructor(ready) {
    super()
    this.#ready = ready
  }

  get url() {
    return this.#ready.url
  }

  get authorization() {
    return this.#ready.authorization
  }

  get version() {
    return this.#ready.version
  }

  [shown]() {
    return { url: this.url, version: this.version }
  }
}

/** A proxy and what it is told. */
class Proxy extends Guarded {
  #authorization = null

  constructor({ url, user, password }) {
    super()
    this.url = url
    if (user !== undefined) this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  }

  get authorization() {
    return this.#authorization
  }

  [shown]() {
    return { url: this.url }
  }
}

class Hand extends Guarded {
  #handle

  constructor(handle) {
    super()
    this.#handle = handle
  }

  get name() {
    return settle(this.#handle.name())
  }

  get serverUrl() {
    return settle(this.#handle.serverUrl())
  }

  async prepare(target) {
    return new Prepared(settle(await this.#handle.prepare(text(target))))
  }

  prepareSync(target) {
    return new Prepared(settle(this.#handle.prepareSync(text(target))))
  }

  follow(from, location) {
    return settle(this.#handle.follow(text(from), text(location)))
  }

  async after401(version) {
    return settle(await this.#handle.after401(version))
  }

  after401Sync(version) {
    return settle(this.#handle.after401Sync(version))
  }

  trustedRoots() {
    return settle(this.#handle.trustedRoots())
  }

  proxy() {
    const proxy = settle(this.#handle.proxy())
    return proxy && new Proxy(proxy)
  }

  [shown]() {
    return { name: this.name, serverUrl: this.serverUrl }
  }
}

const text = (target) => (target instanceof URL ? target.href : target)

module.exports = { Hand }
