import { Type } from 'typebox'
import { readToken } from '#server/certificates/tokens.ts'
import type { Database } from '#server/db/connection.ts'
import { timeZone } from '#server/lib/days.ts'
import { type App, text } from '#server/web/routes.ts'
import { evenTime } from './constant-time.ts'
import { compareName } from './issuing.actions.ts'
import { findCertificateByToken } from './queries.ts'
import { type Verdict, verifyPage } from './verification-page.ts'

type Needs = Readonly<{ db: Database }>

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()])
const certificate = Type.Object({
  name: Type.String({ description: 'First letters alone, unless the name asked with was the printed one' }),
  number: Type.String(),
  course: Type.String(),
  version: Type.String(),
  completed_on: Type.String({ description: `A day, ${timeZone}` }),
  issued_at: Type.String(),
  hours: Type.Number(),
  modules: Type.Integer(),
  statute: Type.String(),
  issuer: Type.String(),
})
const facts = {
  verdict: Type.Unsafe<Verdict>({ type: 'string', enum: ['valid', 'superseded', 'revoked', 'unknown'] }),
  since: nullable(Type.String({ description: 'When it was replaced or revoked' })),
  replaced_by: nullable(Type.String({ description: 'The number of the certificate that replaces it' })),
  certificate: nullable(certificate),
  name_matches: nullable(Type.Boolean({ description: 'Null where no name was asked with' })),
}
const answer = (description: string) => Type.Object(facts, { description })
const problem = (description: string) => Type.Object({ error: Type.String() }, { description })

/** The page behind the QR code, for software: the same facts under the same rules. */
export async function certificateApiRoutes(app: App, { db }: Needs): Promise<void> {
  app.get(
    '/api/certificates/:token',
    {
      config: { policy: 'public', rateLimit: { max: 60, timeWindow: '1 minute' } },
      schema: {
        tags: ['Certificates'],
        summary: 'What the record says of a certificate today',
        description:
          'The code is the last part of the address in the certificate’s QR code. A code that is unknown, malformed or withheld gets the same answer. A confidential person’s certificate is told of only with its printed name, and then by its verdict alone. Five wrong names an hour are taken for one code.',
        params: Type.Object({ token: text(300) }),
        querystring: Type.Object({
          name: Type.Optional(
            Type.String({ maxLength: 300, description: 'The name as printed, to compare' }),
          ),
        }),
        response: {
          200: answer('The record has a certificate for this code, and may tell of it'),
          400: problem('The name is longer than any can be'),
          404: answer('There is none, or none to tell of without its name: verdict unknown, all else null'),
          414: problem('The code is longer than any can be'),
          429: problem('Asked too often, or with too many names'),
        },
      },
    },
    async (request, reply) => {
      // Names tried against a malformed code are counted against it alone.
      const token = readToken(request.params.token) ?? request.params.token
      const { name } = request.query
      const found = await findCertificateByToken(db, token)
      const compared = name === undefined ? null : await compareName(db, token, found, name)
      const { verdict, facts, ended_at, corrected_by } = verifyPage(
        found,
        compared && { ...compared, typed: name ?? '' },
      )
      if (verdict === 'unknown') await evenTime(reply)
      if (compared?.kind === 'slowed')
        return reply.status(429).send({ error: 'Several names were tried for this code. Wait an hour.' })
      reply.header('x-robots-tag', 'noindex').header('referrer-policy', 'no-referrer')
      return reply.status(verdict === 'unknown' ? 404 : 200).send({
        verdict,
        since: ended_at?.toISOString() ?? null,
        replaced_by: corrected_by?.number ?? null,
        certificate: facts && {
          name: facts.name,
          number: facts.number,
          course: facts.course,
          version: facts.version,
          completed_on: facts.completed_on,
          issued_at: facts.issued_at,
          hours: facts.hours,
          modules: facts.modules,
          statute: facts.statute,
          issuer: facts.issuer,
        },
        name_matches: compared && compared.kind === 'match',
      })
    },
  )
}
