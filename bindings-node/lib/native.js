'use strict'

const { existsSync } = require('node:fs')
const path = require('node:path')

const errors = require('../errors.js')
const { version } = require('../package.json')

const FOLDER = path.join(__dirname, '..')
const REMEDY = `Install a package that was built for this platform, or Rust (https://rustup.rs) and run: node ${path.join(FOLDER, 'scripts', 'build.mjs')}`

function load() {
  const platform = `${process.platform}-${process.arch}`
  const names = process.platform === 'linux' ? [`${platform}-gnu`, `${platform}-musl`] : [platform]
  const files = names.map((name) => path.join(FOLDER, `mmcred.${name}.node`))
  const file = files.find(existsSync)
  if (!file) throw unusable(`is missing: there is no ${files.join(' and no ')}`)
  let native
  try {
    native = require(file)
  } catch (cause) {
    throw unusable(`can not be loaded: ${cause.message}`, cause)
  }
  const built = native.version()
  if (built !== version) throw unusable(`is stale: ${file} is version ${built}`)
  return native
}

function unusable(what, cause) {
  const message = `The native part of mmcred ${version} for ${process.platform} ${process.arch} ${what}. ${REMEDY}`
  return Object.assign(new Error(message, { cause }), { code: 'ERR_MMCRED_NATIVE' })
}

/** What a native function gave, or its failure thrown. */
function settle(outcome) {
  if (outcome?.failure) throw errorFrom(outcome)
  return outcome
}

/** `token_rejected` is the class TokenRejected. */
function errorFrom({ failure, message, ...details }) {
  const name = failure.replace(/(?:^|_)(.)/g, (_, initial) => initial.toUpperCase())
  return new (errors[name] ?? errors.Internal)(message, details)
}

module.exports = { errorFrom, native: load(), settle }
