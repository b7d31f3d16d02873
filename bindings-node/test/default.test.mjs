import assert from 'node:assert/strict'
import path from 'node:path'
import test from 'node:test'

import mattermost from '@mattermost/client'

import { Credential, authorization, authorizationSync, client4, fetcher } from '../index.mjs'
import { ME, RENEWED, TOKEN, answer, folder, serve, vaultFor } from '../testing/harness.mjs'

/** The default vault of this process is the one with an entry `prod` for `url`. */
function byDefault(t, url) {
  const { vault, at } = vaultFor(t, url)
  process.env.MMCRED_VAULT = at.path
  process.env.MMCRED_KEY_FILE = at.keyFile
  t.after(() => {
    delete process.env.MMCRED_VAULT
    delete process.env.MMCRED_KEY_FILE
  })
  return vault
}

test('authorization is for the entry’s server only', async (t) => {
  byDefault(t, 'https://chat.example.com')
  const url = 'https://chat.example.com/api/v4/users/me'
  for (const header of [await authorization('prod', url), authorizationSync('prod', new URL(url))]) {
    assert.ok(header === `Bearer ${TOKEN}`)
  }
  await assert.rejects(authorization('prod', 'https://elsewhere.example/'), { code: 'wrong_origin' })
  assert.throws(() => authorizationSync('nope', url), { code: 'entry_missing' })
  for (const odd of [undefined, null, 1, {}]) {
    await assert.rejects(authorization(odd, url), { code: 'invalid_argument' })
    assert.throws(() => authorizationSync('prod', odd), { code: 'invalid_argument' })
    await assert.rejects(fetcher(odd), { code: 'invalid_argument' })
  }
})

test('without a default vault the error says how to make one', async (t) => {
  process.env.MMCRED_VAULT = path.join(folder(t), 'none')
  t.after(() => delete process.env.MMCRED_VAULT)
  await assert.rejects(fetcher('prod'), { code: 'vault_missing', message: /mmcred add/ })
})

test('three lines for a tool’s author', async (t) => {
  const { url } = await serve(t, (_, response) => answer(response, 200, ME))
  byDefault(t, url)
  const me = await (await fetcher('prod'))('users/me').then((reply) => reply.json())
  assert.equal(me.username, 'alice')
})

test('the official client makes its requests through a fetcher', async (t) => {
  const global = globalThis.fetch
  const stub = await serve(t, (note, response) => {
    if (note.authorization !== `Bearer ${RENEWED}`) {
      vault.putSync('prod', new Credential(stub.url, RENEWED), { replace: true })
      return answer(response, 401, { id: 'expired', message: 'expired' })
    }
    if (note.url.endsWith('/posts')) return answer(response, 201, { ...JSON.parse(note.body), id: 'p1' })
    if (note.url.includes('/files')) return answer(response, 201, { file_infos: [{ name: `${note.body}`.match(/filename="([^"]+)"/)[1] }] })
    if (note.url.includes('/nobody')) return answer(response, 404, { id: 'missing', message: 'none', status_code: 404 })
    answer(response, 200, ME)
  })
  const vault = byDefault(t, stub.url)
  const client = await client4('prod')
  assert.ok(client instanceof mattermost.Client4)
  const [me, post] = await Promise.all([client.getMe(), client.createPost({ channel_id: 'c', message: 'hi' })])
  assert.deepEqual([me.username, post.message], ['alice', 'hi'])
  const form = new FormData()
  form.append('files', new File(['x'], 'a.txt'))
  assert.equal((await client.uploadFile(form)).file_infos[0].name, 'a.txt')
  await assert.rejects(client.getUserByUsername('nobody'), (error) => error.server_error_id === 'missing' && error.status_code === 404)
  assert.equal(globalThis.fetch, global)
  client.setUrl('http://127.0.0.1:1')
  await assert.rejects(client.getMe(), { code: 'wrong_origin' })
  assert.ok(stub.seen.every((note) => note.cookie === undefined))
  await client.close()
  const own = new mattermost.Client4()
  assert.equal(await client4('prod', { client: own, timeout: 5 }), own)
  assert.equal((await own.getMe()).username, 'alice')
  await assert.rejects(client4('prod', { client: {} }), { code: 'invalid_argument' })
})
