// An authority and a certificate for 127.0.0.1, made by openssl, and a proxy.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import path from 'node:path'

export function certificates(folder) {
  const at = (name) => path.join(folder, name)
  const openssl = (...options) => execFileSync('openssl', options, { stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  writeFileSync(at('ext'), 'basicConstraints=CA:FALSE\nsubjectAltName=IP:127.0.0.1,DNS:localhost\n')
  openssl('req', '-x509', ...newKey, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2', '-subj', '/CN=mmcred test authority')
  openssl('req', ...newKey, '-keyout', at('key'), '-out', at('csr'), '-subj', '/CN=127.0.0.1')
  openssl('x509', '-req', '-in', at('csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-out', at('pem'), '-days', '2', '-extfile', at('ext'), '-CAcreateserial')
  return { caFile: at('ca.pem'), key: readFileSync(at('key')), cert: readFileSync(at('pem')) }
}

/** A proxy for http and https that notes each request: how it was asked, and with what authorization. */
export async function proxy(t) {
  const seen = []
  const note = ({ method, url, headers }) => seen.push({ method, url, authorization: headers['proxy-authorization'], token: headers.authorization })
  const server = http.createServer((request, response) => {
    note(request)
    const onward = http.request(request.url, { method: request.method, headers: request.headers }, (reply) => {
      response.writeHead(reply.statusCode, reply.headers)
      reply.pipe(response)
    })
    request.pipe(onward)
  })
  server.on('connect', (request, socket) => {
    note(request)
    const [host, port] = request.url.split(':')
    const onward = net.connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const end of [onward, socket]) end.on('error', () => {})
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${server.address().port}`, seen }
}
