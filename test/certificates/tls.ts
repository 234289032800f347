import 'reflect-metadata'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer as createProxy } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { World } from '#test/support/app.ts'
import { openBadgeSchema } from './open-badges-schema.ts'

const schemaHost = 'purl.imsglobal.org'

/**
 * The service and a mirror of the Open Badges schema behind TLS on loopback, and a process that reaches both by their real
 * names through a proxy. Any other host is refused.
 */
export async function overTls({ app, config }: World, given: object) {
  const site = new URL(config.baseUrl).hostname
  const tls = await certificateFor([site, schemaHost])
  const trusted = path.join(config.dataDir, 'tls-cert.pem')
  writeFileSync(trusted, tls.cert)
  const asked: string[] = []
  const server = createServer(tls, async (request, response) => {
    const host = request.headers.host ?? ''
    asked.push(`${host}${request.url}`)
    if (host === schemaHost)
      return response.setHeader('content-type', 'application/json').end(JSON.stringify(openBadgeSchema))
    const { accept = '*/*' } = request.headers
    const answer = await app.inject({ url: request.url ?? '/', headers: { accept } })
    response.writeHead(answer.statusCode, answer.headers as Record<string, string>).end(answer.rawPayload)
  })
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
          NODE_EXTRA_CA_CERTS: trusted,
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

/** A certificate for these hosts that its own key signed, and that key, both PEM. */
async function certificateFor(hosts: readonly string[]) {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const now = Date.now()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Test',
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + 86_400_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true),
      new SubjectAlternativeNameExtension(hosts.map((value) => ({ type: 'dns' as const, value }))),
    ],
  })
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
    cert: certificate.toString('pem'),
  }
}
