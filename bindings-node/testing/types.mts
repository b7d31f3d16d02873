// Compiled by `npm run lint`, never run: what an ES module in TypeScript may and may not write.
import { Credential, type Diagnosis, type Fetcher, type FindingCode, type Listing, MmcredError, TokenRejected, Vault, type Verified, authorization, client4, fetcher } from 'mmcred'

const credential = new Credential('chat.example.com', Buffer.from('token'), { caFile: new URL('file:///ca.pem'), proxy: null })
// @ts-expect-error: a token is needed
new Credential('chat.example.com')
// @ts-expect-error: a misspelt option
new Credential('chat.example.com', 'token', { allowHTTP: true })
// @ts-expect-error: vaults are opened
new Vault()

export async function verbs(): Promise<Verified> {
  await using vault = await Vault.open('/srv/vault', { create: true, keyFile: '/srv/key' })
  using other = Vault.openSync({ path: '/srv/other' })
  const version: number = await vault.put('prod', credential, { replace: true })
  // @ts-expect-error: not a credential
  await vault.put('prod', 'token')
  const listing: Listing = vault.listSync()
  for (const { name, server, expiresAt } of listing.entries) console.log(name, server, expiresAt?.toFixed(), other.path)
  const { url, authorization: header } = await (await vault.hand('prod')).prepare(new URL('https://chat.example.com'))
  const stored: number | null = vault.getSync('prod').version
  console.log(version, stored, url, header, credential.fields().serverUrl)
  return vault.verify('prod', { timeout: 3, signal: AbortSignal.timeout(1000) })
}

export async function reasons(vault: Vault): Promise<FindingCode[]> {
  const known = new Credential('chat.example.com', 'token', { tokenId: 'x', userId: null, allowHttp: true })
  const { works, findings, steps }: Diagnosis = await known.diagnose({ admin: await vault.get('admin'), timeout: 3 })
  // @ts-expect-error: an entry's name is for the vault's verb
  await known.diagnose({ admin: 'admin' })
  await vault.diagnose('prod', { admin: 'admin', signal: null })
  const { status }: { status: 'OK' | 'Error' } = await known.test({ timeout: 3 })
  const told: boolean | null = works
  console.log(status, told, steps.filter(({ mark }) => mark === 'failed'), findings.map(({ adminFix }) => adminFix?.length))
  // @ts-expect-error: no such finding
  return findings.map(({ code }) => code).filter((code) => code !== 'token_lost')
}

export async function requests(): Promise<void> {
  await using mattermost: Fetcher = await fetcher('prod', { timeout: 3 })
  const reply: Response = await mattermost('users/me', { headers: { 'x-y': 'z' }, redirect: 'manual' })
  await mattermost(new Request('https://chat.example.com'), { body: new FormData(), method: 'POST' })
  // @ts-expect-error: no such redirect
  await mattermost('users/me', { redirect: 'sometimes' })
  const header: string = await authorization('prod', reply.url)
  const me = await (await client4('prod')).getMe()
  console.log(header, me.username)
}

export function advice(error: unknown): string {
  if (error instanceof TokenRejected) {
    const code: 'token_rejected' = error.code
    return code
  }
  return error instanceof MmcredError && error.retry === 'later' ? `${error.retryAfter ?? 60}` : ''
}
