import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer as createProxy } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import type { World } from '#test/support/app.ts'
import { openBadgeSchema } from './open-badges-schema.ts'

const schemaHost = 'purl.imsglobal.org'

/**
 * The service and a mirror of the Open Badges schema behind TLS on loopback, and a process that reaches both by their real
 * names through a proxy. Any other host is refused.
 */
export async function overTls({ app, config }: World, given: object) {
  const site = new URL(config.baseUrl).hostname
  const { key, cert } = certificateFor([site, schemaHost], config.dataDir)
  const asked: string[] = []
  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(cert) },
    async (request, response) => {
      const host = request.headers.host ?? ''
      asked.push(`${host}${request.url}`)
      if (host === schemaHost)
        return response.setHeader('content-type', 'application/json').end(JSON.stringify(openBadgeSchema))
      const { accept = '*/*' } = request.headers
      const answer = await app.inject({ url: request.url ?? '/', headers: { accept } })
      response.writeHead(answer.statusCode, answer.headers as Record<string, string>).end(answer.rawPayload)
    },
  )
  const port = await listening(server)
  const proxy = createProxy()
  proxy.on('connect', (request, socket, head) => {
    if (![`${site}:443`, `${schemaHost}:443`].includes(request.url ?? ''))
      return socket.end('HTTP/1.1 403 No\r\n\r\n')
    const through = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      through.write(head)
      through.pipe(socket).pipe(through)
    })
  })
  const proxyPort = await listening(proxy)
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [path.join(import.meta.dirname, 'verify-elsewhere.ts'), JSON.stringify(given)],
      {
        env: {
          PATH: process.env.PATH,
          NODE_EXTRA_CA_CERTS: cert,
          NODE_USE_ENV_PROXY: '1',
          HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
        },
        maxBuffer: 10_000_000,
      },
    )
    return { ...JSON.parse(stdout), asked: [...new Set(asked)].sort() }
  } finally {
    server.close()
    proxy.close()
  }
}

const listening = (server: ReturnType<typeof createProxy> | ReturnType<typeof createServer>) =>
  new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

function certificateFor(hosts: readonly string[], folder: string) {
  const [key, cert] = [path.join(folder, 'tls-key.pem'), path.join(folder, 'tls-cert.pem')]
  const names = hosts.map((host) => `DNS:${host}`).join(',')
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'].concat([
      '-keyout',
      key,
      '-out',
      cert,
      '-subj',
      '/CN=Test',
      '-addext',
      `subjectAltName=${names}`,
    ]),
    { stdio: 'pipe' },
  )
  return { key, cert }
}
