'use strict'

const errors = require('./errors.js')
const { bag } = require('./lib/arguments.js')
const { client4Of } = require('./lib/client4.js')
const { Credential } = require('./lib/credential.js')
const { fetcherOf } = require('./lib/fetcher.js')
const { Hand } = require('./lib/hand.js')
const { native, settle } = require('./lib/native.js')
const { Vault, defaultVault } = require('./lib/vault.js')

async function fetcher(name, options) {
  return (await defaultVault()).fetcher(name, options)
}

async function client4(name, options) {
  const { client, timeout } = bag(options)
  const hand = await (await defaultVault()).hand(name)
  return client4Of(fetcherOf(hand, { timeout }), hand.serverUrl, client)
}

async function authorization(name, url) {
  return settle(await native.authorization(name, url instanceof URL ? url.href : url))
}

function authorizationSync(name, url) {
  return settle(native.authorizationSync(name, url instanceof URL ? url.href : url))
}

module.exports = { Credential, Hand, Vault, authorization, authorizationSync, client4, fetcher, ...errors }
