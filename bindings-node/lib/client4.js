'use strict'

const { createRequire } = require('node:module')
const path = require('node:path')

const { InvalidArgument, MissingExtra } = require('../errors.js')

/**
 * A Client4 whose requests go through a fetcher. Client4 takes no `fetch`, but calls the global one before it
 * waits for anything: so the fetcher stands in its place for as long as that call takes, and nobody else sees it.
 */
function client4Of(fetcher, serverUrl, given) {
  const client = given ?? new (load())()
  const own = client.doFetchWithResponse
  if (typeof own !== 'function' || typeof client.setUrl !== 'function') {
    throw new InvalidArgument('The argument client must be a Client4.')
  }
  client.setUrl(serverUrl)
  client.setToken('')
  client.setIncludeCookies?.(false)
  client.doFetchWithResponse = (url, options) => {
    const global = globalThis.fetch
    globalThis.fetch = fetcher
    try {
      return own(url, options)
    } finally {
      globalThis.fetch = global
    }
  }
  client.close = fetcher.close
  client[Symbol.asyncDispose] = fetcher.close
  return client
}

/** The tool's own copy, else the one beside this package. */
function load() {
  const here = createRequire(path.join(process.cwd(), 'package.json'))
  for (const from of [here, require]) {
    try {
      return from('@mattermost/client').Client4
    } catch (cause) {
      if (cause.code !== 'MODULE_NOT_FOUND') throw cause
    }
  }
  throw new MissingExtra('The package @mattermost/client is not installed.', {
    hint: 'Run: npm install @mattermost/client @mattermost/types',
  })
}

module.exports = { client4Of }
