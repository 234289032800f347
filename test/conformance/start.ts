import { buildVcApi } from './vc-api.routes.ts'

/** Starts the VC-API for the public conformance suites, on loopback alone: it signs anything well formed that it is sent. */
const api = await buildVcApi(() => new Date())
const address = await api.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3999) })
console.log(`VC-API for conformance suites: ${address}, issuer ${api.issuer}. Ctrl-C stops it.`)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => api.close().then(() => process.exit(0)))
