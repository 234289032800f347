import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { readToken } from '#server/certificates/tokens.ts'
import type { Database } from '#server/db/connection.ts'
import { licenseWords } from '#server/programs/record/license-card.ts'
import { type App, text } from '#server/web/routes.ts'
import { partsOf } from '#server/web/upload.ts'
import { findPacketByCode, type PublicPacket } from './packet.queries.ts'

/** Public pages where anyone with a packet can verify it by its code and its file. */
export async function packetVerificationRoutes(app: App, { db }: Readonly<{ db: Database }>): Promise<void> {
  // Rate limited by IP address, like certificate verification.
  const verify = { policy: 'public', rateLimit: { max: 60, timeWindow: '1 minute' } } as const
  const codeParams = Type.Object({ code: text(300) })

  const privately = { 'x-robots-tag': 'noindex, nofollow', 'referrer-policy': 'no-referrer' }

  app.get('/packets/:code', { config: verify, schema: { params: codeParams } }, async (request, reply) => {
    const packet = await findPacketByCode(db, readToken(request.params.code) ?? '-')
    return reply
      .status(packet ? 200 : 404)
      .headers(privately)
      .page('oversight/reviews/packet-verdict', verdictPage(packet, null))
  })

  app.post('/packets/:code', { config: verify, schema: { params: codeParams } }, async (request, reply) => {
    const packet = await findPacketByCode(db, readToken(request.params.code) ?? '-')
    const compared = await compareUpload(request, packet)
    return reply
      .status(packet ? 200 : 404)
      .headers(privately)
      .page('oversight/reviews/packet-verdict', verdictPage(packet, compared))
  })
}

type Compared = 'pdf' | 'zip' | 'other' | 'too-large'

const verdictPage = (packet: PublicPacket | null, compared: Compared | null) => ({
  title: packet ? 'Verify a review packet' : 'No packet with this code',
  robots: 'noindex',
  packet,
  compared,
  license: packet && licenseWords(packet),
})

const mostBytes = 500 * 1024 * 1024

/** Hashes the upload as a stream and stores nothing, because a packet may be larger than other uploads may be. */
async function compareUpload(request: FastifyRequest, packet: PublicPacket | null): Promise<Compared | null> {
  const hash = createHash('sha256')
  let isFile = false
  for await (const part of partsOf(request, { fileSize: mostBytes, files: 1 })) {
    if (part.type !== 'file') continue
    for await (const chunk of part.file) {
      isFile = true
      hash.update(chunk as Buffer)
    }
    if (part.file.truncated) return 'too-large'
  }
  if (!isFile || !packet) return null
  const sha256 = hash.digest('hex')
  return sha256 === packet.pdf_sha256 ? 'pdf' : sha256 === packet.zip_sha256 ? 'zip' : 'other'
}
