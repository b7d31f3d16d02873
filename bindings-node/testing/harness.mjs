// What the tests share: a token that must never be printed, folders, vaults and small servers that end with the test.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'

import { Credential, Vault } from '../index.mjs'

export const TOKEN = 'ybndrfg8ejkmcpqxot1uwisza3'
export const RENEWED = 'ybndrfg8ejkmcpqxot1uwiszaa'

export const root = path.join(import.meta.dirname, '..')

export function folder(t) {
  const made = mkdtempSync(path.join(os.tmpdir(), 'mmcred-node-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** A new vault; `at` opens it again, in whatever thread or process. */
export function vaultAt(t) {
  const made = folder(t)
  const at = { path: path.join(made, 'vault'), keyFile: path.join(made, 'key') }
  const vault = Vault.openSync({ ...at, create: true })
  t.after(() => vault.closeSync())
  return { vault, at }
}

/** A vault with the entry `prod` for `url`. */
export function vaultFor(t, url, options) {
  const { vault, at } = vaultAt(t)
  vault.putSync('prod', new Credential(url, TOKEN, options))
  return { vault, at }
}

/** Serves on a free loopback port; notes of each request what it asked and what secrets it carried. */
export async function serve(t, handler) {
  const seen = []
  const server = http.createServer((request, response) => {
    const body = []
    request.on('data', (chunk) => body.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      const { authorization, cookie, ...headers } = request.headers
      const note = { method: request.method, url: request.url, authorization, cookie, headers, body: Buffer.concat(body) }
      seen.push(note)
      handler(note, response)
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${server.address().port}`, seen, server }
}

export function answer(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

export const ME = { id: 'wx4dia1tmfgm8kzd95s1cs38na', username: 'alice', roles: 'system_user' }

/** Runs Node on a script text, as an ES module, and returns how it ended. */
export function run(script, { timeout = 60_000, env = {} } = {}) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    env: { ...process.env, RUST_BACKTRACE: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
  })
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) child[name].on('data', (chunk) => (printed[name] += chunk))
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, ...printed })))
}
