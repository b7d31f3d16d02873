import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { root, run } from '../testing/harness.mjs'

const sources = readdirSync(path.join(root, 'src')).map((name) => [name, readFileSync(path.join(root, 'src', name), 'utf8')])

/** Each exported function of a source with its body, by the indentation that rustfmt keeps. */
function* exported(text) {
  const functions = /^( *)#\[napi(?:\(js_name[^\n]*)?\]\n\1pub fn (\w+)[\s\S]*?\n\1\}/gm
  for (const [body, , name] of text.matchAll(functions)) yield [name, body]
}

test('every exported function passes through the door', () => {
  let count = 0
  for (const [file, text] of sources) {
    for (const [name, body] of exported(text)) {
      count += 1
      assert.match(body, /\b(door::)?(enter|promise|promise_later|promise_of)\(/, `${file}: ${name}`)
      assert.match(body, /-> (Outcome|Promised)</, `${file}: ${name}`)
    }
    const marked = text.match(/#\[napi(\(js_name[^\n]*)?\]\n *pub fn/g)?.length ?? 0
    assert.equal([...exported(text)].length, marked, file)
  }
  assert.ok(count > 40)
})

test('a function beside the door would be found', () => {
  const [[name, body]] = exported('#[napi]\npub fn rogue() -> u32 {\n    1\n}\n')
  assert.equal(name, 'rogue')
  assert.doesNotMatch(body, /enter|promise/)
})

test('a verb costs the door at most 15 lines', () => {
  for (const [file, text] of sources) {
    for (const [name, body] of exported(text)) {
      const inner = body.slice(body.indexOf('{')).split('\n').length
      assert.ok(inner <= 17, `${file}: ${name} has ${inner - 2} lines`)
    }
  }
})

test('no unsafe code is written here', () => {
  for (const [file, text] of sources) assert.doesNotMatch(text, /\bunsafe\b(?!_code)/, file)
})

test('a bug becomes an error, at once and behind a promise', async () => {
  const script = `
    import { createRequire } from 'node:module'
    const { native, settle } = createRequire(process.cwd() + '/')('./lib/native.js')
    if (!native.provokeBug) console.log('release'), process.exit()
    const codes = []
    try { settle(native.provokeBug()) } catch (error) { codes.push(error.name, error.code) }
    try { settle(await native.provokeBugLater()) } catch (error) { codes.push(error.name, error.code) }
    console.log(codes.join())`
  const { code, stdout } = await run(script)
  assert.equal(code, 0)
  assert.match(stdout, /^(release|Internal,internal,Internal,internal)\n$/)
})
