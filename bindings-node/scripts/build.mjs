// Builds the native part and puts it beside package.json. Needs nothing but Node and cargo: npm runs it before
// any development dependency is there.
//
//   node scripts/build.mjs [--profile dev|release]     MMCRED_PROFILE says the same; release is the default
//
// A published package carries the built file and has no workspace around it: then nothing is done. Neither is it
// with MMCRED_PREBUILT=1, by which the Makefile says that it put the file there itself.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const workspace = path.join(folder, '..')
const built = readdirSync(folder).filter((name) => /^mmcred\..+\.node$/.test(name))

function main() {
  if (!isWorkspace()) {
    if (built.length > 0) return
    fail('this package carries no native part for any platform and no source to build it from; get a complete package')
  }
  if (process.env.MMCRED_PREBUILT === '1' && built.length > 0) return
  const { values } = parseArgs({ options: { profile: { type: 'string' } } })
  const profile = values.profile ?? process.env.MMCRED_PROFILE ?? 'release'
  place(build(profile), path.join(folder, `mmcred.${platform()}.node`))
  fetchDependencies()
}

/** `npm install <this folder>` links to it and leaves its dependencies out. */
function fetchDependencies() {
  const { dependencies } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const missing = Object.keys(dependencies).filter((name) => !existsSync(path.join(folder, 'node_modules', name)))
  const npm = process.env.npm_execpath
  if (missing.length === 0 || !npm) return
  const run = spawnSync(process.execPath, [npm, 'ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'inherit',
  })
  if (run.status !== 0) fail(`npm could not fetch ${missing.join(' and ')}`)
}

function isWorkspace() {
  const manifest = path.join(workspace, 'Cargo.toml')
  return existsSync(manifest) && existsSync(path.join(folder, 'Cargo.toml')) && readFileSync(manifest, 'utf8').includes('"bindings-node"')
}

function build(profile) {
  const arguments_ = ['build', '-p', 'mmcred-node', '--profile', profile, '--message-format', 'json-render-diagnostics']
  const run = spawnSync('cargo', arguments_, {
    cwd: workspace,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (run.error && 'code' in run.error && run.error.code === 'ENOENT') fail('cargo was not found; install Rust from https://rustup.rs, then try again')
  if (run.error) fail(`cargo could not be run: ${run.error.message}`)
  if (run.status !== 0) fail('cargo build failed, see above')
  const library = run.stdout.split('\n').map(artifact).findLast(Boolean)
  return library ?? fail('cargo named no library')
}

/** The file of the library, where a line of cargo's speaks of it. */
function artifact(line) {
  if (!line.includes('"mmcred_node"')) return undefined
  return JSON.parse(line).filenames?.find((name) => /\.(so|dylib|dll)$/.test(name))
}

/** By renaming: a running program keeps the file that it has loaded, instead of crashing in a changed one. */
function place(library, target) {
  const fresh = `${target}.${process.pid}.tmp`
  copyFileSync(library, fresh)
  renameSync(fresh, target)
  for (const name of built) {
    if (path.join(folder, name) !== target) rmSync(path.join(folder, name))
  }
}

function platform() {
  const name = `${process.platform}-${process.arch}`
  if (process.platform !== 'linux') return name
  /** @type {any} */
  const report = process.report
  report.excludeNetwork = true
  return `${name}-${report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`
}

function fail(why) {
  process.stderr.write(`mmcred: ${why}\n`)
  process.exit(1)
}

main()
