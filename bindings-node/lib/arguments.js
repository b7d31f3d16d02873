'use strict'

const { fileURLToPath } = require('node:url')

const { InvalidArgument } = require('../errors.js')
const { native, settle } = require('./native.js')

/** The options that were given, or none. What is in them is judged by the native part. */
function bag(options, name = 'options') {
  if (options === undefined || options === null) return {}
  if (typeof options !== 'object') throw new InvalidArgument(`The argument ${name} must be an object.`)
  return options
}

/** A path as text. */
function pathText(path) {
  if (!(path instanceof URL)) return path
  try {
    return fileURLToPath(path)
  } catch {
    throw new InvalidArgument('A path may be a file: URL of this machine, and no other.')
  }
}

/** The calls that wait on a signal. One listener serves them all: Node warns of more than ten. */
const waiting = new WeakMap()

/** Has `cancel` pulled when `signal` aborts, until what is returned is called. */
function watch(signal, cancel) {
  if (!waiting.has(signal)) {
    const cancels = new Set()
    const pull = () => cancels.forEach((each) => each.pull())
    waiting.set(signal, { cancels, pull })
    signal.addEventListener('abort', pull, { once: true })
  }
  const { cancels, pull } = waiting.get(signal)
  cancels.add(cancel)
  return () => {
    cancels.delete(cancel)
    if (cancels.size > 0) return
    waiting.delete(signal)
    signal.removeEventListener('abort', pull)
  }
}

/** Runs a native call that `signal` stops: the promise is then rejected with `Cancelled`, whose cause is the signal's reason. */
async function unlessAborted(signal, call) {
  if (signal === undefined || signal === null) return settle(await call(null))
  if (!(signal instanceof AbortSignal)) throw new InvalidArgument('The argument signal must be an AbortSignal.')
  const cancel = settle(native.newCancel())
  if (signal.aborted) cancel.pull()
  const unwatch = watch(signal, cancel)
  try {
    return settle(await call(cancel))
  } catch (error) {
    if (error.code === 'cancelled') error.cause = signal.reason
    throw error
  } finally {
    unwatch()
  }
}

module.exports = { bag, pathText, unlessAborted }
