// Starts the fake Mattermost server and prepares accounts and tokens on it, by plain HTTP like any outsider.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

import { root } from './harness.mjs'

const PASSWORD = 'Pa55word-of-the-fake'
const built = path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, '../target'), process.env.MMCRED_BUILT ?? 'debug')
const program = path.join(built, 'fake-mattermost')

/** Why the tests that need the fake are skipped, or false. */
export const absent = existsSync(program) ? false : `${program} is not built`

/** A fake with an administrator, whose session `call` uses, and with personal access tokens switched on. */
export async function fake(t) {
  const child = spawn(program, ['--port', '0'], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill())
  const [line] = await new Promise((resolve) => createInterface(child.stdout).once('line', (...lines) => resolve(lines)))
  const { url, control } = JSON.parse(line)
  let session
  async function call(method, target, body) {
    const headers = { 'content-type': 'application/json', ...(session && { authorization: `Bearer ${session}` }) }
    const reply = await fetch(`${url}/api/v4/${target}`, { method, headers, body: JSON.stringify(body) })
    if (!reply.ok) throw new Error(`${method} ${target}: ${reply.status} ${await reply.text()}`)
    session ??= reply.headers.get('token')
    return reply.json()
  }
  const user = (name) => call('POST', 'users', { username: name, email: `${name}@example.com`, password: PASSWORD })
  await user('admin')
  await call('POST', 'users/login', { login_id: 'admin', password: PASSWORD })
  await call('PUT', 'config/patch', { ServiceSettings: { EnableUserAccessTokens: true } })
  /** Asks the control address; its README names the paths. */
  const steer = async (method, target, body) => (await fetch(`${control}/${target}`, { method, body: JSON.stringify(body) })).json()
  const token = (id) => call('POST', `users/${id}/tokens`, { description: 'for a test' })
  return { url, call, steer, user, token }
}
