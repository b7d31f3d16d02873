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
  if (path.protocol !== 'file:') throw new InvalidArgument('A path may be a file: URL, and no other.')
  return fileURLToPath(path)
}

/** Runs a native call that `signal` stops: the promise is then rejected with `Cancelled`, whose cause is the signal's reason. */
async function unlessAborted(signal, call) {
  if (signal === undefined || signal === null) return settle(await call(null))
  if (typeof signal.addEventListener !== 'function') {
    throw new InvalidArgument('The argument signal must be an AbortSignal.')
  }
  const cancel = settle(native.newCancel())
  const pull = () => cancel.pull()
  if (signal.aborted) pull()
  signal.addEventListener('abort', pull, { once: true })
  try {
    return settle(await call(cancel))
  } catch (error) {
    if (error.code === 'cancelled') error.cause = signal.reason
    throw error
  } finally {
    signal.removeEventListener('abort', pull)
  }
}

module.exports = { bag, pathText, unlessAborted }
