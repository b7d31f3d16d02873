// The behaviours about diagnosis, and about the test in n8n's shape.
import { inspect } from 'node:util'

import { Credential } from '../../../bindings-node/index.mjs'

export function diagnoses({ context, open, code }) {
  /** With the ids that the context has for the token. */
  const at = (url, key = 'token') =>
    new Credential(context[url], context[key], { tokenId: context[`${key}_id`], userId: context[`${key}_owner`] })
  const overHttps = () => new Credential(context.url.replace('http:', 'https:'), context.token)
  const diagnose = (url, key, admin) => at(url, key).diagnose({ admin: admin && at(url, admin) })
  const summary = ({ works, findings }) => [works, findings.map((finding) => finding.code)]
  const found = async (...given) => summary(await diagnose(...given))

  /** The status, and whether the message ends with what verify's error advises. */
  async function tested(credential) {
    const { status, message } = await credential.test()
    const error = await credential.verify().then(() => null, (error) => error)
    return [status, error === null || message.endsWith(error.hint)]
  }

  return {
    511: () => found('url', 'token'),
    async 512() {
      const { server, verified, steps } = await diagnose('url', 'token')
      return [server, verified.username, steps.map(({ name, mark }) => [name, mark])]
    },
    513: () => found('url', 'revoked_token', 'admin_token'),
    514: () => found('url', 'disabled_token', 'admin_token'),
    515: () => found('url', 'expired_token', 'admin_token'),
    516: () => found('url', 'left_token', 'admin_token'),
    517: () => found('url_off', 'off_token', 'off_admin_token'),
    518: () => found('url_off', 'off_used_token'),
    519: () => found('url', 'revoked_token'),
    520: () => found('url', 'token_id', 'admin_token'),
    521: () => found('url_flap', 'token'),
    522: () => found('url_self_signed', 'token'),
    523: () => found('url_tls', 'token'),
    524: async () => summary(await overHttps().diagnose()),
    525: () => found('url_mfa', 'mfa_token'),
    526: () => found('url', 'bot_token'),
    527: () => found('url_off', 'off_bot_token'),
    528: () => found('url', 'guest_token'),
    529: () => found('url', 'ending_token'),
    530: () => found('url_closed', 'token'),
    async 531() {
      const started = performance.now()
      return [summary(await at('url_slow').diagnose({ timeout: 0.3 })), performance.now() - started < 3000]
    },
    async 532() {
      const vault = await open(532)
      await vault.put('prod', at('url', 'revoked_token'))
      await vault.put('admin', at('url', 'admin_token'))
      const { findings } = await vault.diagnose('prod', { admin: 'admin' })
      const { evidence, ...about } = findings[0]
      return [['code', 'number', 'severity', 'certainty', 'cause', 'fix', 'adminFix', 'call'].map((key) => about[key]), evidence.length]
    },
    async 533() {
      const vault = await open(533)
      await vault.put('prod', at('url'))
      return [await code(() => vault.diagnose('nope')), await code(() => vault.diagnose('prod', { admin: 'nope' }))]
    },
    async 534() {
      const diagnosis = await diagnose('url_echo', 'token')
      return [summary(diagnosis), inspect(diagnosis, { depth: 20 }).includes(context.token)]
    },
    async 541() {
      const { status, message } = await at('url').test()
      return [status, message.includes(context.username)]
    },
    542() {
      const bases = ['', '/', '//', '/api/v4'].map((ending) => context.url + ending)
      const test = async (baseUrl) => (await Credential.fromN8nFields({ accessToken: context.token, baseUrl }).test()).status
      return Promise.all(bases.map(test))
    },
    543: () => tested(at('url', 'guest_token')),
    544: () => tested(at('url', 'revoked_token')),
    545: () => tested(at('url_html')),
    546: () => tested(at('url_redirect')),
    547: () => Promise.all([tested(at('url_closed')), tested(overHttps()), tested(at('url_500'))]),
  }
}
