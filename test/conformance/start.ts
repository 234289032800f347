import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildVcApi } from './vc-api.routes.ts'

/**
 * Starts the VC-API for the public conformance suites, on loopback alone: it signs anything well formed that it is sent. The
 * suites fetch status lists over TLS only, so it has a certificate made at its start, which they don't check.
 */
const port = Number(process.env.PORT ?? 3999)
const site = `https://localhost:${port}`
const folder = mkdtempSync(path.join(tmpdir(), 'conformance-'))
const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')]
execFileSync(
  'openssl',
  'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost'
    .split(' ')
    .concat('-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert),
  { stdio: 'pipe' },
)
const tls = { key: readFileSync(key), cert: readFileSync(cert) }
rmSync(folder, { recursive: true })
const api = await buildVcApi(() => new Date(), site)
await api.ready()
createServer(tls, (request, response) => api.routing(request as never, response as never)).listen(
  port,
  '127.0.0.1',
)
console.log(`VC-API for conformance suites: ${site}, issuer ${api.issuer}. Ctrl-C stops it.`)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => api.close().then(() => process.exit(0)))
