import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import test from 'node:test'

import { Credential } from '../index.mjs'
import { TOKEN, folder, root, vaultAt } from '../testing/harness.mjs'

/** Runs a program to its end, whatever its exit code. */
function end(program, args, options) {
  return new Promise((resolve) => {
    const child = execFile(program, args, options, (error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }))
  })
}
const node = (args, options) => end(process.execPath, args, options)

test('one version everywhere', () => {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const workspace = readFileSync(path.join(root, '../Cargo.toml'), 'utf8')
  assert.ok(workspace.includes(`\nversion = "${version}"\n`))
})

test('the command is the native one, in this process', async (t) => {
  const { vault, at } = vaultAt(t)
  vault.putSync('prod', new Credential('https://chat.example.com', TOKEN))
  const mmcred = (...args) => node([path.join(root, 'bin/mmcred.js'), '--vault', at.path, '--key-file', at.keyFile, ...args])
  const listed = await mmcred('list', '--json')
  assert.equal(listed.code, 0)
  assert.ok(listed.stdout.includes('"name": "prod"') && !listed.stdout.includes(TOKEN))
  assert.equal((await mmcred('token', 'nope')).code, 5)
  assert.equal((await mmcred('no-such-verb')).code, 2)
  assert.ok((await mmcred('token', 'prod')).stdout === `${TOKEN}\n`)
})

/** A copy of what is published, with or without the native part. */
function published(t, native) {
  const copy = path.join(folder(t), 'mmcred')
  const { files } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const patterns = files.map((name) => new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '.*')}$`))
  mkdirSync(copy)
  for (const name of ['package.json', ...readdirSync(root)]) {
    if (name === 'package.json' || patterns.some((pattern) => pattern.test(name))) {
      if (native || !name.endsWith('.node')) cpSync(path.join(root, name), path.join(copy, name), { recursive: true })
    }
  }
  return copy
}

test('a package without its native part says what is missing and what to do', async (t) => {
  const copy = published(t, false)
  const { code, stderr } = await node(['-e', `require(${JSON.stringify(copy)})`])
  assert.equal(code, 1)
  assert.match(stderr, /native part of mmcred 0\.\d+\.\d+ for \w+ \w+ is missing: there is no .*\.node/)
  assert.match(stderr, /rustup\.rs/)
  assert.match(stderr, /ERR_MMCRED_NATIVE/)
  const built = await node([path.join(copy, 'scripts/build.mjs')])
  assert.equal(built.code, 1)
  assert.match(built.stderr, /no native part/)
  const command = await node([path.join(copy, 'bin/mmcred.js'), 'list'])
  assert.equal(command.code, 4)
  assert.match(command.stderr, /^mmcred: The native part/)
})

test('a native part that is no library, or another version’s, is named', async (t) => {
  const copy = published(t, true)
  const [name] = readdirSync(copy).filter((file) => file.endsWith('.node'))
  const manifest = path.join(copy, 'package.json')
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"version": "0.', '"version": "9.'))
  assert.match((await node(['-e', `require(${JSON.stringify(copy)})`])).stderr, /is stale: .* is version 0\./)
  // By a new file: the running test has the old one loaded, if they share it.
  rmSync(path.join(copy, name))
  writeFileSync(path.join(copy, name), 'not a library')
  assert.match((await node(['-e', `require(${JSON.stringify(copy)})`])).stderr, /can not be loaded: /)
})

test('a tarball carries the native part, installs without a script, and works', async (t) => {
  const made = folder(t)
  const env = { ...process.env, MMCRED_PREBUILT: '1' }
  const packed = await end('npm', ['pack', '--json', '--pack-destination', made], { cwd: root, env })
  assert.equal(packed.code, 0, packed.stderr)
  const [{ filename, files }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('[')))
  const names = files.map((file) => file.path)
  assert.ok(names.some((name) => /^mmcred\..*\.node$/.test(name)))
  assert.deepEqual(names.filter((name) => /^(src|test|testing|node_modules)\/|Cargo|tsconfig|\.rs$/.test(name)), [])
  const user = path.join(made, 'user')
  mkdirSync(user)
  writeFileSync(path.join(user, 'package.json'), '{"name":"user","private":true}')
  const options = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', path.join(made, filename)]
  const installed = await end('npm', options, { cwd: user, env })
  assert.equal(installed.code, 0, installed.stderr)
  const script = `
    const { Vault } = require('mmcred')
    import('mmcred').then(async (module) => {
      const vault = Vault.openSync({ path: 'v', keyFile: 'k', create: true })
      vault.putSync('p', new module.Credential('http://127.0.0.1:1', 'x'))
      const fetcher = await vault.fetcher('p')
      console.log(module.Vault === Vault, await fetcher('x').catch((error) => error.message))
    })`
  const worked = await node(['-e', script], { cwd: user })
  assert.equal(worked.stdout, 'true fetch failed\n', worked.stderr)
  const command = await end(path.join(user, 'node_modules/.bin/mmcred'), ['--version'], { cwd: user })
  assert.match(command.stdout, /^mmcred \d/)
  const scripted = await node([path.join(user, 'node_modules/mmcred/scripts/build.mjs')], { env: { ...process.env, MMCRED_PREBUILT: '' } })
  assert.equal(scripted.code, 0, scripted.stderr)
})

test('without undici everything works but a fetcher, which names it', async (t) => {
  const copy = published(t, true)
  const without = `
    const { Vault, Credential } = require(${JSON.stringify(copy)})
    const vault = Vault.openSync({ path: 'v', keyFile: 'k', create: true })
    vault.putSync('p', new Credential('http://127.0.0.1:1', 'x'))
    vault.fetcher('p').catch((error) => console.log(error.code, error.message))`
  const { stdout, stderr } = await node(['-e', without], { cwd: copy })
  assert.match(stdout, /^missing_extra .*undici.*npm install/, stderr)
})
