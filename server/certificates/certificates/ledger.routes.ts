import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { openKeyFile } from '#server/certificates/credentials/key-file.ts'
import { issuerDid } from '#server/certificates/credentials/keys.ts'
import { ledgerOrigin, verifierKey } from '#server/certificates/credentials/ledger-head.ts'
import { readToken } from '#server/certificates/tokens.ts'
import type { Database } from '#server/db/connection.ts'
import { findEntry, findEntryText, findLastHead } from '#server/ledger/queries.ts'
import { keepTiles } from '#server/ledger/tiles.actions.ts'
import { listRowHashes, tileReader } from '#server/ledger/tiles.queries.ts'
import { inclusionProof } from '#server/ledger/tiles.ts'
import { entryBundle, isWithin, proofText, readTilePath } from '#server/ledger/tlog.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text } from '#server/web/routes.ts'
import { evenTime } from './constant-time.ts'
import { findCertificateByToken, findCertificateOf } from './queries.ts'

type Needs = Readonly<{
  db: Database
  clock: () => Date
  config: Readonly<{ baseUrl: string; keysFile: string }>
}>

/** The ledger as a transparency log (C2SP tlog-tiles), and the proof that its signed head covers a certificate's entry. */
export async function ledgerRoutes(app: App, { db, clock, config }: Needs): Promise<void> {
  const open = { policy: 'public', rateLimit: { max: 60, timeWindow: '1 minute' } } as const
  const many = { policy: 'public', rateLimit: { max: 600, timeWindow: '1 minute' } } as const

  for (const address of ['/ledger/checkpoint', '/ledger/head'])
    app.get(address, { config: open }, async (_request, reply) => {
      const head = (await findLastHead(db)) ?? notFound()
      return forAnyone(reply)
        .header('cache-control', 'public, max-age=5')
        .type('text/plain; charset=utf-8')
        .send(head.note)
    })

  app.get('/ledger/keys', { config: open }, async (_request, reply) => {
    const did = issuerDid(config.baseUrl)
    const { keys } = await openKeyFile(config.keysFile, did, clock())
    const own = keys.filter(({ controller }) => controller === did)
    const lines = await Promise.all(own.map((key) => verifierKey(ledgerOrigin(config.baseUrl), key)))
    return forAnyone(reply)
      .type('text/plain; charset=utf-8')
      .send(`${lines.join('\n')}\n`)
  })

  app.get(
    '/ledger/tile/:level/*',
    {
      config: many,
      schema: {
        params: Type.Object({ level: Type.String({ pattern: '^(entries|[0-7])$' }), '*': text(60) }),
      },
    },
    async (request, reply) => {
      const { level: name, '*': path } = request.params
      const level = name === 'entries' ? 0 : Number(name)
      const place = readTilePath(path) ?? notFound()
      const tile = { level, ...place }
      const head = (await findLastHead(db)) ?? notFound()
      if (!isWithin(tile, head.size)) return notFound()
      await keepTiles(db, head.size)
      const bytes =
        name === 'entries'
          ? entryBundle(await listRowHashes(db, tile.number * 256, tile.width))
          : await tileReader(db)(tile)
      return forAnyone(reply)
        .header('cache-control', 'public, max-age=31536000, immutable')
        .type('application/octet-stream')
        .send(bytes)
    },
  )

  app.get(
    '/verify/:token/proof.json',
    { config: open, schema: { params: Type.Object({ token: text(300) }) } },
    async (request, reply) => {
      const certificate = await findCertificateByToken(db, readToken(request.params.token) ?? '-')
      if (!certificate || certificate.is_confidential) {
        await evenTime(reply)
        return notFound()
      }
      const { entry, head, path } = (await proofOf(certificate.number)) ?? notFound()
      reply.header('content-disposition', `attachment; filename="proof-${certificate.number}.json"`)
      return {
        certificate: certificate.number,
        row: entry.seq,
        row_hash: entry.hash,
        size: head.size,
        path: path.map((hash) => hash.toString('hex')),
        root: head.root,
        head: head.note,
      }
    },
  )

  app.get(
    '/certificates/:number.tlog-proof',
    {
      config: { policy: 'signed-in' },
      schema: { params: Type.Object({ number: Type.String({ pattern: '^SH-[0-9]{6,12}$' }) }) },
    },
    async (request, reply) => {
      const { number } = request.params
      const certificate = (await findCertificateOf(db, viewerOf(request).id, number)) ?? notFound()
      const { entry, head, path } = (await proofOf(certificate.number)) ?? notFound()
      // With the row's own text, anyone can calculate the hash that is proven.
      const extra = (await findEntryText(db, entry.seq)) ?? notFound()
      return reply
        .type('text/plain; charset=utf-8')
        .header('content-disposition', `attachment; filename="certificate-${number}.tlog-proof"`)
        .send(proofText({ index: entry.seq - 1, path, note: head.note, extra }))
    },
  )

  async function proofOf(number: string) {
    const [entry, head] = await Promise.all([
      findEntry(db, 'certificate-issued', `certificate:${number}`),
      findLastHead(db),
    ])
    if (!entry || !head || entry.seq > head.size) return null
    await keepTiles(db, head.size)
    return { entry, head, path: await inclusionProof(entry.seq - 1, head.size, tileReader(db)) }
  }
}

const forAnyone = (reply: FastifyReply) =>
  reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin')
