'use strict'

const { bag, pathText, unlessAborted } = require('./arguments.js')
const { adopted, handleOf } = require('./credential.js')
const { fetcherOf } = require('./fetcher.js')
const { Guarded, shown } = require('./guarded.js')
const { Hand } = require('./hand.js')
const { errorFrom, native, settle } = require('./native.js')

const adopt = Symbol('adopt')

class Vault extends Guarded {
  #handle

  constructor(key, handle) {
    super()
    if (key !== adopt) throw new TypeError('Vaults are opened: await Vault.open()')
    this.#handle = handle
  }

  static async open(path, options) {
    return new Vault(adopt, settle(await native.openVault(...place(path, options))))
  }

  static openSync(path, options) {
    return new Vault(adopt, settle(native.openVaultSync(...place(path, options))))
  }

  get path() {
    return settle(this.#handle.path())
  }

  get keyFile() {
    return settle(this.#handle.keyFile())
  }

  async put(name, credential, options) {
    return settle(await this.#handle.put(name, handleOf(credential), bag(options).replace))
  }

  putSync(name, credential, options) {
    return settle(this.#handle.putSync(name, handleOf(credential), bag(options).replace))
  }

  async get(name) {
    return adopted(settle(await this.#handle.get(name)))
  }

  getSync(name) {
    return adopted(settle(this.#handle.getSync(name)))
  }

  async list() {
    return JSON.parse(settle(await this.#handle.list()))
  }

  listSync() {
    return JSON.parse(settle(this.#handle.listSync()))
  }

  async remove(name) {
    settle(await this.#handle.remove(name))
  }

  removeSync(name) {
    settle(this.#handle.removeSync(name))
  }

  async rename(from, to) {
    settle(await this.#handle.rename(from, to))
  }

  renameSync(from, to) {
    settle(this.#handle.renameSync(from, to))
  }

  async verify(name, options) {
    const { timeout, signal } = bag(options)
    return JSON.parse(await unlessAborted(signal, (cancel) => this.#handle.verify(name, timeout, cancel)))
  }

  async *verifyAll(options) {
    const { names, inFlight, timeout, signal } = bag(options)
    const run = settle(await this.#handle.verifyAll(names, inFlight, timeout))
    try {
      for (;;) {
        const batch = JSON.parse(await unlessAborted(signal, (cancel) => run.batch(cancel)))
        if (batch.length === 0) return
        for (const checked of batch) {
          if (signal?.aborted) break
          yield checked.ok ? checked : { ...checked, error: thrown(checked.error) }
        }
      }
    } finally {
      settle(run.close())
    }
  }

  async diagnose(name, options) {
    const { admin, timeout, signal } = bag(options)
    return JSON.parse(await unlessAborted(signal, (cancel) => this.#handle.diagnose(name, admin, timeout, cancel)))
  }

  async hand(name) {
    return new Hand(settle(await this.#handle.hand(name)))
  }

  handSync(name) {
    return new Hand(settle(this.#handle.handSync(name)))
  }

  async fetcher(name, options) {
    return fetcherOf(await this.hand(name), bag(options))
  }

  async close() {
    settle(await this.#handle.close())
  }

  closeSync() {
    settle(this.#handle.closeSync())
  }

  [Symbol.dispose]() {
    this.closeSync()
  }

  [Symbol.asyncDispose]() {
    return this.close()
  }

  [shown]() {
    return { path: this.path, keyFile: this.keyFile }
  }
}

function place(path, options) {
  const given = typeof path === 'object' && path !== null && !(path instanceof URL) ? path : { ...bag(options), path }
  return [pathText(given.path), given.create, pathText(given.keyFile)]
}

/** The error that the same failure would throw elsewhere. */
const thrown = ({ code, message, hint, retryAfter, requestId }) =>
  errorFrom({ failure: code, message, hint, retryAfter, requestId })

/** The vault that the environment names, kept open by the native part. */
const defaultVault = async () => new Vault(adopt, settle(await native.openDefaultVault()))

module.exports = { Vault, defaultVault }
