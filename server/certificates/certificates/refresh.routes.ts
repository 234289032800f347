import { timingSafeEqual } from 'node:crypto'
import { Type } from 'typebox'
import { credentialTypes, typeFor } from '#server/certificates/credentials/media-types.ts'
import { readToken } from '#server/certificates/tokens.ts'
import type { Database } from '#server/db/connection.ts'
import { Gone, notFound } from '#server/web/errors.ts'
import { type App, text } from '#server/web/routes.ts'
import { evenTime } from './constant-time.ts'
import { certificateFile } from './issuing.actions.ts'
import { findCertificateByNumber, findCertificateByToken, findProof } from './queries.ts'
import { isUnderReview } from './under-review.actions.ts'
import { verdictOf } from './verification-page.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; config: Readonly<{ keysFile: string }> }>

/**
 * The refresh service named in each credential: the credential in force today, for software that has an earlier copy. The
 * key in its address is in the credential only, so the code on a printed certificate does not open it.
 */
export async function refreshRoutes(app: App, { db, clock, config }: Needs): Promise<void> {
  app.get(
    '/verify/:token/refresh/:key',
    {
      config: { policy: 'public', rateLimit: { max: 60, timeWindow: '1 minute' } },
      schema: { params: Type.Object({ token: text(300), key: text(300) }) },
    },
    async (request, reply) => {
      const { token, key } = request.params
      const certificate = await findCertificateByToken(db, readToken(token) ?? '-')
      const isOpen =
        certificate !== null &&
        !certificate.is_confidential &&
        isSame(key, (await findProof(db, certificate.id)).salt) &&
        !(await isUnderReview(db, certificate))
      if (!isOpen) {
        await evenTime(reply)
        return notFound()
      }
      if (verdictOf(certificate) === 'revoked') throw new Gone()
      const next = certificate.corrected_by
        ? await findCertificateByNumber(db, certificate.corrected_by.number)
        : certificate
      // Someone with a copy under an earlier name does not learn the new one from us.
      if (!next || verdictOf(next) !== 'valid' || next.facts.person_name !== certificate.facts.person_name)
        throw new Gone()
      const { credential } = await certificateFile(db, next, config.keysFile, clock())
      return reply
        .header('access-control-allow-origin', '*')
        .header('cross-origin-resource-policy', 'cross-origin')
        .type(typeFor(request, credentialTypes))
        .send(credential ?? notFound())
    },
  )
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
