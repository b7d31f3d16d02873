// Runs the shared list of behaviours through the Node.js package (protocol: ../README.md).
import { readFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { inspect } from 'node:util'

import * as mmcred from '../../../bindings-node/index.mjs'
import { diagnoses } from './diagnoses.mjs'

const { Credential, MmcredError, Vault, authorization } = mmcred
const CHAT = 'https://chat.example.com'

const lines = (file) => readFileSync(file, 'utf8').split('\n').filter(Boolean)
const context = Object.fromEntries(
  lines(process.env.MMCRED_BEHAVIOUR).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
)
const { token } = context

/** The lines of a file of hexadecimal columns. */
const columns = (key) =>
  readFileSync(context[key], 'utf8')
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.split('\t').map((hex) => Buffer.from(hex, 'hex').toString()))

/** What `work` gives, or what `failed` makes of its error's code. */
async function outcome(work, succeeded, failed) {
  try {
    return succeeded(await work())
  } catch (error) {
    if (error instanceof MmcredError) return failed(error.code)
    throw error
  }
}
const code = (work) => outcome(work, () => 'ok', String)
const textOrCode = (work) => outcome(work, String, (name) => `!${name}`)

async function each(items, work) {
  const results = []
  for (const item of items) results.push(await work(item))
  return results
}

const at = (url, key = 'token') => new Credential(context[url], context[key])
const place = (number) => [path.join(context.work, `${number}`), { keyFile: path.join(context.work, `${number}.key`) }]
function open(number, create = true) {
  const [folder, options] = place(number)
  return Vault.open(folder, { ...options, create })
}
const prepared = (key) => Vault.open(context[key], { keyFile: context.vault_key })

async function vaultWith(number, url, key = 'token') {
  const vault = await open(number)
  await vault.put('prod', at(url, key))
  return vault
}

const name = async (fetching, target = 'users/me') => (await (await fetching)(target)).json().then((me) => me.username)

const credentials = {
  101() {
    const { serverUrl, kind, allowHttp } = new Credential('Chat.example.com/core/channels/town-square', ` Bearer ${token}\n`).fields()
    return { server_url: serverUrl, kind, allow_http: allowHttp }
  },
  102() {
    const texts = ['', '   ', 'secret secret', 'secret\nsecret', 's'.repeat(256), 's'.repeat(1 << 20), `${CHAT}/x`, `${CHAT}/hooks/x`]
    return each(texts, (text) => code(() => new Credential(CHAT, text)))
  },
  103() {
    const urls = ['', 'ftp://chat.example.com', 'https://alice:pw@chat.example.com', `${CHAT}/hooks/x`, 'a'.repeat(1 << 20), 'http://mattermost:8065']
    return each(urls, (url) => code(() => new Credential(url, token)))
  },
  104() {
    const read = (url) => new Credential(url, token, { allowHttp: true }).fields().serverUrl
    return each(columns('server_urls'), ([url]) => textOrCode(() => read(url)))
  },
  105() {
    const fields = { accessToken: token, baseUrl: `${CHAT}/`, allowUnauthorizedCerts: true }
    const { serverUrl, allowUnauthorizedCerts } = Credential.fromN8nFields(fields).fields()
    return { server_url: serverUrl, allow_unauthorized_certs: allowUnauthorizedCerts }
  },
  106() {
    const changes = [['baseUrl', undefined], ['accessToken', 1], ['baseUrl', ['a']], ['allowUnauthorizedCerts', 'true']]
    return each(changes, ([field, value]) => {
      try {
        Credential.fromN8nFields({ accessToken: token, baseUrl: CHAT, allowUnauthorizedCerts: false, [field]: value })
      } catch (error) {
        return [error.code, error.message.includes(field)]
      }
    })
  },
  107() {
    const credential = new Credential(CHAT, token)
    return [credential.authorization() === `Bearer ${token}`, credential.exposeToken() === token, credential.fingerprint.length === 8]
  },
  108() {
    const settings = [{ caFile: 'x.pem', allowUnauthorizedCerts: true }, { proxy: 'http://alice:pw@proxy:3128' }]
    return each(settings, (options) => code(() => new Credential(CHAT, token, options)))
  },
  109() {
    const { serverUrl, allowHttp } = new Credential('http://mattermost:8065', token, { allowHttp: true }).fields()
    return { server_url: serverUrl, allow_http: allowHttp }
  },
  110() {
    const credential = new Credential(CHAT, token)
    const everything = { depth: 20, showHidden: true, getters: true }
    const printed = [inspect(credential, everything), inspect({ credential }), String(credential), JSON.stringify(credential), `${Object.entries(credential)}`]
    return printed.join('\n').includes(token)
  },
  async 111() {
    const made = (options) => new Credential(context.url, token, options)
    const { tokenId, userId } = made({ tokenId: context.token_id, userId: context.token_owner }).fields()
    const refused = (options) => code(() => made(options))
    return [tokenId, userId, await each([{ tokenId: 'x' }, { tokenId: token }], refused), await refused({ userId: 'alice' })]
  },
}

const verifications = {
  async 201() {
    const { username, isBot, roles } = await at('url').verify()
    return { username, is_bot: isBot, roles }
  },
  202: async () => (await at('url', 'bot_token').verify()).isBot,
  203: () => code(() => at('url', 'unknown_token').verify()),
  204: () => code(() => at('url', 'revoked_token').verify()),
  205: () => code(() => at('url', 'disabled_token').verify()),
  206: () => code(() => at('url', 'token_id').verify()),
  207: () => code(() => at('url_html').verify()),
  208: () => code(() => at('url_500').verify()),
  209: () => code(() => at('url_cut').verify()),
  210: () => code(() => at('url_flap').verify()),
  211: () => code(() => at('url_redirect').verify()),
  212: () => code(() => at('url_closed').verify()),
  async 213() {
    const error = await at('url_429').verify().catch((error) => error)
    return [error.code, error.number, error.retry, error.retryAfter, error.hint !== '']
  },
  async 214() {
    const started = performance.now()
    return [await code(() => at('url_slow').verify({ timeout: 0.3 })), performance.now() - started < 3000]
  },
  215: () => code(() => new Credential('http://no-such-host.invalid', token, { allowHttp: true }).verify()),
  216: () => code(() => at('url_tls').verify()),
  217: async () => (await new Credential(context.url_tls, token, { caFile: context.ca_file }).verify()).username,
  218: async () => (await new Credential(context.url_tls, token, { allowUnauthorizedCerts: true }).verify()).username,
  219: () => code(() => new Credential(context.url.replace('http:', 'https:'), token).verify()),
}

async function checked(vault, options) {
  const results = {}
  for await (const one of vault.verifyAll(options)) results[one.name] = one.ok ? one.username : one.error.code
  return results
}

const vaults = {
  301: () => code(() => open(301, false)),
  async 302() {
    const vault = await open(302)
    const version = await vault.put('prod', at('url'))
    const stored = await vault.get('prod')
    return [version, stored.fields().serverUrl, stored.exposeToken() === token]
  },
  async 303() {
    const vault = await vaultWith(303, 'url')
    return code(() => vault.put('prod', at('url')))
  },
  async 304() {
    const vault = await open(304)
    const first = await vault.put('prod', at('url'))
    const second = await vault.put('prod', at('url', 'other_token'), { replace: true })
    return [second > first, (await vault.get('prod')).exposeToken() === context.other_token]
  },
  async 305() {
    const vault = await open(305)
    for (const entry of ['b', 'a', 'ä', 'A']) await vault.put(entry, at('url'))
    const listing = await vault.list()
    return [listing.entries.map((entry) => entry.name), inspect(listing, { depth: 20 }).includes(token)]
  },
  async 306() {
    const vault = await vaultWith(306, 'url')
    await vault.remove('prod')
    return [await code(() => vault.get('prod')), await code(() => vault.remove('prod'))]
  },
  async 307() {
    const vault = await open(307)
    for (const entry of ['a', 'b']) await vault.put(entry, at('url'))
    const renames = await each([['a', 'c'], ['c', 'b'], ['x', 'y']], (names) => code(() => vault.rename(...names)))
    return [...renames, await code(() => vault.get('c'))]
  },
  async 308() {
    await (await open(308)).close()
    return code(() => Vault.open(place(308)[0], { keyFile: context.wrong_key }))
  },
  async 309() {
    const vault = await open(309)
    return each(['', '-x', 'a\nb', 'n'.repeat(129)], (entry) => code(() => vault.put(entry, at('url'))))
  },
  async 310() {
    const vault = await vaultWith(310, 'url')
    return [(await vault.verify('prod')).username, await code(() => vault.verify('nope'))]
  },
  async 311() {
    const vault = await vaultWith(311, 'url')
    await vault.close()
    return [await code(() => vault.close()), await code(() => vault.get('prod'))]
  },
  312: () => code(() => prepared('garbage_vault')),
  313: () => code(() => prepared('newer_vault')),
  async 314() {
    const vault = await prepared('damaged_vault')
    return each(['bad', 'good'], (entry) => code(() => vault.get(entry)))
  },
  async 315() {
    const vault = await prepared('busy_vault')
    return code(() => vault.put('x', at('url')))
  },
  async 316() {
    const [writer, reader] = [await open(316), await open(316, false)]
    await writer.put('prod', at('url'))
    return (await reader.get('prod')).exposeToken() === token
  },
  async 317() {
    const vault = await open(317)
    await vault.put('good', at('url'))
    await vault.put('gone', at('url', 'unknown_token'))
    await vault.put('away', at('url_closed'))
    return checked(vault)
  },
  318: async () => checked(await open(318)),
  319: async () => checked(await prepared('damaged_vault')),
  async 320() {
    const vault = await open(320)
    for (const name of ['good', 'other']) await vault.put(name, at('url'))
    return checked(vault, { names: ['good', 'nope'] })
  },
  async 321() {
    const started = performance.now()
    const vault = await open(321)
    await vault.put('first', at('url'))
    await vault.put('slow', at('url_slow'))
    const stop = new AbortController()
    const run = vault.verifyAll({ signal: stop.signal })
    const { value } = await run.next()
    stop.abort()
    if ((await code(() => run.next())) !== 'cancelled') throw new Error('it was not cancelled')
    return [value.name, performance.now() - started < 3000]
  },
  async 322() {
    const vault = await open(322)
    for (let number = 0; number < 12; number++) await vault.put(`n${number}`, at('url_limited'))
    return Object.values(await checked(vault)).filter((username) => username === context.username).length
  },
}

const hands = {
  async 401() {
    const vault = await open(401)
    return each(columns('hand_urls'), ([base, target, from]) =>
      textOrCode(async () => {
        await vault.put('prod', new Credential(base, token, { allowHttp: true }), { replace: true })
        const hand = await vault.hand('prod')
        return from === undefined ? (await hand.prepare(target)).url : hand.follow(from, target)
      }),
    )
  },
  402: async () => name((await vaultWith(402, 'url')).fetcher('prod')),
  async 403() {
    const vault = await vaultWith(403, 'url')
    const hand = await vault.hand('prod')
    const { version } = await hand.prepare('users/me')
    const unchanged = await hand.after401(version)
    await vault.put('prod', at('url', 'other_token'), { replace: true })
    const changed = await hand.after401(version)
    const ready = await hand.prepare('users/me')
    await vault.remove('prod')
    return [unchanged, changed, await hand.after401(ready.version), ready.authorization.endsWith(context.other_token)]
  },
  404: async () => name((await Vault.open(context.swap_vault, { keyFile: context.swap_key })).fetcher('prod')),
  async 405() {
    const vault = await vaultWith(405, 'url_redirect')
    return code(() => name(vault.fetcher('prod')))
  },
  async 406() {
    const vault = await vaultWith(406, 'url')
    const absolute = `${context.url_foreign}/api/v4/users/me`
    return each([absolute, absolute.slice('http:'.length)], (target) => code(() => name(vault.fetcher('prod'), target)))
  },
  async 407() {
    const header = await authorization('prod', `${context.url}/api/v4/users/me`)
    const refused = await each([`${context.url_foreign}/`, 'users/me'], (url) => code(() => authorization('prod', url)))
    return [header.endsWith(token), ...refused]
  },
  async 408() {
    const vault = await vaultWith(408, 'url')
    const hand = await vault.hand('prod')
    await vault.put('prod', at('url_foreign'), { replace: true })
    return code(() => hand.prepare('users/me'))
  },
  async 409() {
    const vault = await open(409)
    return code(() => vault.hand('nope'))
  },
}

const ledger = {
  501() {
    const classes = Object.values(mmcred).filter((value) => value?.prototype instanceof MmcredError)
    const rows = classes.map((Class) => new Class('')).map((error) => [error.number, error.code, error.retry])
    return rows.sort(([one], [other]) => one - other)
  },
}

for (const [number, behaviour] of Object.entries({ ...credentials, ...verifications, ...vaults, ...hands, ...diagnoses({ context, open, code }), ...ledger })) {
  console.log(JSON.stringify({ number: Number(number), result: await behaviour() }))
}
