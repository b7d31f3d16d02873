/// <reference types="node" />

import type { MmcredError } from './errors.js'
import type { FindingCode } from './findings.js'

export * from './errors.js'
export type { FindingCode } from './findings.js'

/** How a server is reached; kept with the credential. */
export interface ConnectionOptions {
  /** A PEM file whose authorities are trusted *instead of* the system's. Excludes `allowUnauthorizedCerts`. */
  caFile?: string | URL | null
  /** `http://host:port`, or `'direct'` for none. By default `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say. */
  proxy?: string | URL | null
  /** Allows `http://` to another machine: the token crosses the network in clear. Loopback needs no permission. */
  allowHttp?: boolean
  /** Accepts any certificate of anybody: whoever stands between reads the token. */
  allowUnauthorizedCerts?: boolean
}

/** What is known beside, and kept with the credential: with it `diagnose` finds the exact cause of a refusal. */
export interface IdOptions {
  /** The id of the token, which is not secret. */
  tokenId?: string | null
  /** The id of its owner. */
  userId?: string | null
}

/** A deadline, and a way to stop earlier. */
export interface WaitOptions {
  /** Seconds for the whole call, more than 0, at most 1,000,000. Default 10. */
  timeout?: number
  /** Stops the call: the promise is rejected with `Cancelled`, whose `cause` is the signal's reason. */
  signal?: AbortSignal | null
}

/** What a server said of a token that works. */
export interface Verified {
  userId: string
  username: string
  roles: string[]
  isBot: boolean
  /** Null where a proxy dropped the header. */
  serverVersion: string | null
}

/** How to check many tokens. */
export interface VerifyAllOptions extends WaitOptions {
  /** Only these entries. */
  names?: readonly string[] | null
  /** How many requests may be under way at one server, 1 to 512. Default 64. */
  inFlight?: number
  /** Seconds for each request. Default 10. */
  timeout?: number
}

/** What became of one entry. */
export type Checked =
  | ({ name: string; server: string; ok: true } & Verified)
  | {
      /** Null for a row that is too damaged to tell its name. */
      name: string | null
      /** Null for an entry that can not be read. */
      server: string | null
      ok: false
      error: MmcredError
    }

/** What came of asking why a credential does not work, or what will soon go wrong. */
export interface Diagnosis {
  /** The base URL of the server that was asked. */
  server: string
  /** Null where a network, a limit or a failing server kept it from being told. */
  works: boolean | null
  /** What the server said of the owner; null where it did not accept the token. */
  verified: Verified | null
  /** The way that was gone, in order. */
  steps: Step[]
  /** What was found, the worst first. */
  findings: Finding[]
}

/** A step of the way. */
export interface Step {
  name: string
  mark: 'passed' | 'warned' | 'undecided' | 'failed' | 'skipped'
  /** What was seen, in a few words; empty where nothing was looked at. */
  says: string
}

/** One thing that was found: what it was seen by, what causes it, and what to do. */
export interface Finding {
  code: FindingCode
  number: number
  /** `error`: it does not work until somebody changes something; `undecided`: it can not be told now. */
  severity: 'note' | 'warning' | 'undecided' | 'error'
  certainty: 'exact' | 'likely'
  /** What was seen, a sentence each. */
  evidence: string[]
  cause: string
  /** What the user of the credential can do. */
  fix: string
  /** What an administrator can do, in the words of Mattermost's own pages. */
  adminFix: string | null
  /** A command that does or prepares the fix; what is in capitals is for the reader to replace. */
  call: string | null
}

/** The answer to a credential test in the shape that n8n wants. */
export interface TestResult {
  status: 'OK' | 'Error'
  /** One line to show. */
  message: string
}

/** What kind of token it is, as far as is known. */
export type Kind = 'unknown' | 'personal_access_token' | 'bot_token' | 'session' | 'oauth'

/** What may be printed of a credential. */
export interface Fields {
  /** The server's base URL in its one canonical form. */
  serverUrl: string
  /** Eight hexadecimal digits of a hash of the token; equal tokens have equal ones. */
  fingerprint: string
  /** What is odd about the token's shape: a hint, no refusal. */
  remark: string | null
  kind: Kind
  userId: string | null
  username: string | null
  /** The token's own id, which is not secret. */
  tokenId: string | null
  /** When the token ends, in Unix milliseconds. */
  expiresAt: number | null
  caFile: string | null
  proxy: string | null
  allowHttp: boolean
  allowUnauthorizedCerts: boolean
}

/**
 * Where and how to authenticate. Prints, logs and serializes without its token, and can not be cloned to a worker.
 *
 * @example
 * const credential = new Credential('chat.example.com', process.env.TOKEN)
 * console.log((await credential.verify()).username)
 */
export class Credential {
  /**
   * @param url What people paste: a host, a URL, a link to a team or channel. No scheme means https.
   * @param token The access token; blanks, quotes and a `Bearer ` prefix around it are taken off. A `Uint8Array`
   *   can be wiped by the caller afterwards, a string can not.
   * @throws InvalidServerUrl, WebhookUrl, InsecureUrl, InvalidToken, InvalidTlsSettings, InvalidProxy,
   *   InvalidArgument
   */
  constructor(url: string | URL, token: string | Uint8Array, options?: (ConnectionOptions & IdOptions) | null)

  /**
   * The credential that n8n's Mattermost node keeps, as an object or its JSON.
   *
   * @throws InvalidArgument naming the field that is missing or of the wrong type; and as the constructor
   * @example
   * Credential.fromN8nFields({ accessToken, baseUrl: 'https://chat.example.com', allowUnauthorizedCerts: false })
   */
  static fromN8nFields(
    fields: string | { accessToken: string; baseUrl: string; allowUnauthorizedCerts?: boolean },
    options?: { allowHttp?: boolean } | null,
  ): Credential

  /** The version of the vault's entry it was read from; null if it is from no vault. */
  readonly version: number | null
  /** Eight hexadecimal digits that tell two tokens apart and help nobody to guess one. */
  readonly fingerprint: string
  /** What may be printed. */
  fields(): Fields
  /** The same as `fields()`, for `JSON.stringify`. */
  toJSON(): Fields
  /** The value of an `Authorization` header, for this credential's server and for no other. Secret. */
  authorization(): string
  /** The token itself. JavaScript can not wipe a string: keep it no longer than needed. */
  exposeToken(): string

  /**
   * Asks the server whether the credential works.
   *
   * @throws TokenRejected after two refusals, ReplicasDisagree after mixed answers, and the other errors of the
   *   blocks 200 and 300. Only those that speak of the token say anything about it.
   * @example
   * try {
   *   const { username, isBot } = await credential.verify({ timeout: 3 })
   * } catch (error) {
   *   if (error instanceof TokenRejected) console.error(error.message)
   * }
   */
  verify(options?: WaitOptions | null): Promise<Verified>

  /**
   * Finds out why the credential does not work, or what will soon go wrong. Nothing is changed on the server, and
   * whatever a server says is in the result.
   *
   * @param options `timeout`: seconds for everything, by default 15. `admin`: a system administrator's credential
   *   for the same server, which tells a refused token's exact cause.
   * @throws InvalidArgument, Cancelled
   * @example
   * const { works, findings } = await credential.diagnose({ admin: await vault.get('admin') })
   * if (!works) for (const { cause, fix } of findings) console.error(cause, fix)
   */
  diagnose(options?: (WaitOptions & { admin?: Credential | null }) | null): Promise<Diagnosis>

  /**
   * Tests the credential for somebody who pressed a button, in the shape of n8n's own test. Whatever a server says is
   * a result.
   *
   * @throws InvalidArgument, Cancelled
   * @example
   * const { status, message } = await credential.test({ timeout: 5 })
   */
  test(options?: WaitOptions | null): Promise<TestResult>
}

/** What a vault knows of an entry without opening its secret. */
export interface Entry extends Omit<Fields, 'serverUrl' | 'remark'> {
  name: string
  /** The server's base URL. */
  server: string
  /** Grows with each change, and is never used again in this vault. */
  version: number
  /** Unix milliseconds. */
  createdAt: number
  /** Unix milliseconds. */
  updatedAt: number
}

/** All entries of a vault. */
export interface Listing {
  /** Sorted by name, byte by byte. */
  entries: Entry[]
  /** Rows that do not open, by their number in the vault's file. They hide no other. */
  damaged: { row: number }[]
  /** Whether the rows found are the very ones that the vault's own sealed count and set name. */
  intact: boolean
}

export interface OpenOptions {
  /** The vault's folder. Otherwise `MMCRED_VAULT`, else `mmcred` in the user's data folder. */
  path?: string | URL | null
  /** Whether to make what is missing: the folder, the key file, the vault. */
  create?: boolean
  /** The file with the key. Otherwise `MMCRED_KEY_FILE`, else `mmcred/key` in the user's configuration folder. */
  keyFile?: string | URL | null
}

/**
 * Named credentials in one encrypted place, safe for many processes and workers at once.
 * Each `…Sync` twin does the same and waits on JavaScript's thread.
 *
 * @example
 * await using vault = await Vault.open({ create: true })
 * await vault.put('prod', new Credential('chat.example.com', token))
 * console.log((await vault.verify('prod')).username)
 */
export class Vault {
  private constructor()

  /**
   * Opens a vault.
   *
   * @throws VaultMissing unless `create`; KeyFileMissing, KeyFileInvalid, WrongKey; VaultNewer, VaultDamaged;
   *   ReadOnly, StorageFailed, Busy
   * @example
   * const vault = await Vault.open()                                   // the default place
   * const own = await Vault.open('/srv/bot/vault', { keyFile: '/srv/bot-key' })
   */
  static open(options?: OpenOptions | null): Promise<Vault>
  static open(path: string | URL | null | undefined, options?: Omit<OpenOptions, 'path'> | null): Promise<Vault>
  static openSync(options?: OpenOptions | null): Vault
  static openSync(path: string | URL | null | undefined, options?: Omit<OpenOptions, 'path'> | null): Vault

  /** The vault's folder. */
  readonly path: string
  /** The file whose key opens the vault. */
  readonly keyFile: string | null

  /**
   * Stores a credential and returns the entry's version. When the promise is fulfilled, the entry lasts.
   *
   * @throws EntryExists unless `replace`; InvalidName; Busy, ReadOnly, StorageFailed; Closed
   * @example
   * await vault.put('prod', new Credential('chat.example.com', renewed), { replace: true })
   */
  put(name: string, credential: Credential, options?: { replace?: boolean } | null): Promise<number>
  putSync(name: string, credential: Credential, options?: { replace?: boolean } | null): number

  /**
   * The credential of that name.
   *
   * @throws EntryMissing, EntryDamaged
   * @example
   * const { serverUrl } = (await vault.get('prod')).fields()
   */
  get(name: string): Promise<Credential>
  getSync(name: string): Credential

  /**
   * All entries; opens no secret.
   *
   * @example
   * for (const { name, server } of (await vault.list()).entries) console.log(name, server)
   */
  list(): Promise<Listing>
  listSync(): Listing

  /**
   * Takes an entry away.
   *
   * @throws EntryMissing
   * @example
   * await vault.remove('prod')
   */
  remove(name: string): Promise<void>
  removeSync(name: string): void

  /**
   * Gives an entry another name.
   *
   * @throws EntryMissing; EntryExists if `to` is taken
   * @example
   * await vault.rename('prod', 'production')
   */
  rename(from: string, to: string): Promise<void>
  renameSync(from: string, to: string): void

  /**
   * Asks the server whether the entry works.
   *
   * @throws EntryMissing, and as `Credential.verify`
   * @example
   * await vault.verify('prod', { timeout: 3, signal: AbortSignal.timeout(5000) })
   */
  verify(name: string, options?: WaitOptions | null): Promise<Verified>

  /**
   * Asks the servers whether the entries work, all of them or those named, and gives results as they arrive. What a
   * server's limiter says is obeyed; a 429, a 5xx or a network failure is asked again a few times, and never is a
   * verdict on a token. Entries that are missing or damaged are results like any other. Leaving the loop ends the run.
   *
   * @throws as `list`; InvalidArgument; Cancelled by the signal
   * @example
   * for await (const checked of vault.verifyAll({ signal })) {
   *   console.log(checked.name, checked.ok ? checked.username : checked.error.message)
   * }
   */
  verifyAll(options?: VerifyAllOptions | null): AsyncGenerator<Checked, void, undefined>

  /**
   * Finds out why the entry does not work, or what will soon go wrong, as `Credential.diagnose`. `admin` names the
   * entry of an administrator.
   *
   * @throws EntryMissing, for both names, and as `Credential.diagnose`
   * @example
   * const { findings } = await vault.diagnose('prod', { admin: 'admin' })
   */
  diagnose(name: string, options?: (WaitOptions & { admin?: string | null }) | null): Promise<Diagnosis>

  /**
   * What an HTTP client makes requests with; `fetcher` is one made of it.
   *
   * @throws EntryMissing
   * @example
   * const { url, authorization } = await (await vault.hand('prod')).prepare('users/me')
   */
  hand(name: string): Promise<Hand>
  handSync(name: string): Hand

  /** As the function `fetcher`, over this vault. */
  fetcher(name: string, options?: FetcherOptions | null): Promise<Fetcher>

  /**
   * Leaves the vault's file complete in itself and lets go of it; every verb then throws `Closed`. Closing again
   * does nothing.
   */
  close(): Promise<void>
  closeSync(): void
  [Symbol.dispose](): void
  [Symbol.asyncDispose](): Promise<void>
}

/** A request that may be sent. Prints without its header. */
export interface Prepared {
  /** Where to. */
  readonly url: string
  /** The value of its `Authorization` header. Secret. */
  readonly authorization: string
  /** The version of the entry the token was read from, for `after401`. */
  readonly version: number
}

/**
 * The rules of a request for one entry, for an HTTP client other than `fetch`. It is bound to the entry's server
 * when it is made and keeps no token: each request reads the vault.
 *
 * @example
 * const hand = await vault.hand('prod')
 * const { url, authorization, version } = await hand.prepare('users/me')
 * const reply = await got(url, { headers: { authorization }, followRedirect: false })
 * if (reply.statusCode === 401 && (await hand.after401(version))) { … prepare and send once more … }
 */
export class Hand {
  private constructor()
  /** The entry's name. */
  readonly name: string
  /** The server it is bound to. */
  readonly serverUrl: string

  /**
   * Makes a request ready. `users/me` means `<base>/api/v4/users/me`, `/x` means `<base>/x`; an absolute URL
   * passes only on the same origin and below the base path.
   *
   * @throws WrongOrigin for any other target, and when the entry was given another server meanwhile
   */
  prepare(target: string | URL): Promise<Prepared>
  prepareSync(target: string | URL): Prepared

  /**
   * Where a redirect of a request to `from` leads.
   *
   * @throws WrongOrigin if it leaves the server: send nothing there
   */
  follow(from: string | URL, location: string): string

  /** Whether a request that got a 401 shall be prepared and sent once more: its entry changed since `version`. */
  after401(version: number): Promise<boolean>
  after401Sync(version: number): boolean

  /**
   * The certificates to trust, as PEM; null where any is accepted.
   *
   * @throws InvalidTlsSettings
   */
  trustedRoots(): string | null
  /** The proxy to go through, and the value of its `Proxy-Authorization` header. */
  proxy(): { readonly url: string; readonly authorization: string | null } | null
}

export interface FetcherOptions {
  /** Seconds for a whole exchange, the reply's body included. Default 10. */
  timeout?: number
}

/** What `fetch` takes; anything of it that is not here has no meaning outside a browser. */
export interface FetcherInit {
  method?: string
  /** `Authorization`, `Cookie`, `Host` and `Proxy-Authorization` are left out. */
  headers?: ConstructorParameters<typeof Headers>[0]
  body?: RequestInit['body'] | NodeJS.ArrayBufferView | AsyncIterable<Uint8Array> | null
  /** Redirects are followed on the credential's server only; 'manual' hands out the 3xx itself. */
  redirect?: 'follow' | 'manual' | 'error'
  /** Aborts as in `fetch`: the promise is rejected with the signal's reason. */
  signal?: AbortSignal | null
  duplex?: 'half'
  /** Seconds, for this request. */
  timeout?: number
}

/** A `fetch` bound to one entry's server. */
export interface Fetcher {
  /**
   * @param target `users/me` for `<base>/api/v4/users/me`, `/x` for `<base>/x`, an absolute URL or a `Request` on
   *   the entry's server. A Request's body is read whole; to stream one, give it as `init.body`.
   * @throws WrongOrigin for a target or redirect elsewhere: nothing was sent there. `TypeError` for the network,
   *   a `TimeoutError` after the deadline and the signal's reason after an abort, as `fetch` has it.
   */
  (target: string | URL | Request, init?: FetcherInit | null): Promise<Response>
  /** Waits for requests under way, and closes the connections. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A `fetch` for an entry of the default vault. It carries the entry's token, trusts what its `verify` trusts, goes
 * through the same proxy, keeps no cookies, and after a 401 tries once more if the entry was renewed meanwhile and
 * the body can be sent again.
 *
 * @throws VaultMissing, EntryMissing; MissingExtra without the package undici
 * @example
 * const mattermost = await fetcher('prod')
 * const me = await mattermost('users/me').then((reply) => reply.json())
 * await mattermost('posts', { method: 'POST', body: JSON.stringify({ channel_id, message: 'Hello' }) })
 */
export function fetcher(name: string, options?: FetcherOptions | null): Promise<Fetcher>

// @ts-ignore: without the optional package @mattermost/client this is `any`.
type OfficialClient = import('@mattermost/client').Client4

/**
 * A `Client4` of the package `@mattermost/client` for an entry of the default vault, each request made as
 * `fetcher` makes it. Its own `setToken` has no effect.
 *
 * @throws as `fetcher`; MissingExtra without `@mattermost/client`
 * @example
 * const client = await client4('prod')
 * const me = await client.getMe()
 */
export function client4(name: string, options?: FetcherOptions | null): Promise<OfficialClient & AsyncDisposable>
export function client4<Client extends object>(
  name: string,
  options: FetcherOptions & {
    /** A Client4 that is there already. */
    client: Client
  },
): Promise<Client & AsyncDisposable>

/**
 * The value of an `Authorization` header for a request to `url`, absolute, from an entry of the default vault.
 *
 * @throws WrongOrigin if `url` is not on the entry's server; VaultMissing, EntryMissing
 * @example
 * const headers = { authorization: await authorization('prod', url) }
 */
export function authorization(name: string, url: string | URL): Promise<string>
export function authorizationSync(name: string, url: string | URL): string
