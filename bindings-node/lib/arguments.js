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

/**
 * What waits on a signal. One listener serves all: Node warns of more than ten, and of each AbortSignal.any Node 20
 * keeps something for as long as the signal lives.
 */
const waiting = new WeakMap()

function check(signal) {
  if (!(signal instanceof AbortSignal)) throw new InvalidArgument('The argument signal must be an AbortSignal.')
}

/** Has `stop` called when `signal` aborts, until what is returned is called. */
function watch(signal, stop) {
  if (!waiting.has(signal)) {
    const stops = new Set()
    const abort = () => stops.forEach((each) => each())
    waiting.set(signal, { stops, abort })
    signal.addEventListener('abort', abort, { once: true })
  }
  const { stops, abort } = waiting.get(signal)
  stops.add(stop)
  return () => {
    stops.delete(stop)
    if (stops.size > 0) return
    waiting.delete(signal)
    signal.removeEventListener('abort', abort)
  }
}

/** Runs a native call that `signal` stops: the promise is then rejected with `Cancelled`, whose cause is the signal's reason. */
async function unlessAborted(signal, call) {
  if (signal === undefined || signal === null) return settle(await call(null))
  check(signal)
  const cancel = settle(native.newCancel())
  const unwatch = watch(signal, () => cancel.pull())
  if (signal.aborted) cancel.pull()
  try {
    return settle(await call(cancel))
  } catch (error) {
    if (error.code === 'cancelled') error.cause = signal.reason
    throw error
  } finally {
    unwatch()
  }
}

module.exports = { bag, check, pathText, unlessAborted, watch }
