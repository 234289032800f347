import { Type } from 'typebox'
import { readToken } from '#server/certificates/tokens.ts'
import type { Database } from '#server/db/connection.ts'
import { timeZone } from '#server/lib/days.ts'
import { type App, text } from '#server/web/routes.ts'
import { evenTime } from './constant-time.ts'
import { compareName } from './name-checks.actions.ts'
import { findCertificateByToken } from './queries.ts'
import { isUnderReview } from './under-review.actions.ts'
import { type PublicVerdict, verifyPage } from './verification-page.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()])
const certificate = Type.Object({
  name: Type.String({
    description: 'Only the first letters, unless the request’s name matches the printed one',
  }),
  number: Type.String(),
  course: Type.String(),
  version: Type.String(),
  completed_on: Type.String({ description: `Calendar day, ${timeZone}` }),
  issued_at: Type.String(),
  hours: Type.Number({ description: 'The planned length of the course, not the time this person took' }),
  modules: Type.Integer(),
  statute: Type.String(),
  issuer: Type.String(),
})
const facts = {
  verdict: Type.Unsafe<PublicVerdict>({
    type: 'string',
    enum: ['valid', 'superseded', 'revoked', 'under-review', 'unknown'],
  }),
  since: nullable(Type.String({ description: 'When it was replaced or revoked' })),
  replaced_by: nullable(Type.String({ description: 'The number of the certificate that replaces it' })),
  certificate: nullable(certificate),
  name_matches: nullable(Type.Boolean({ description: 'Null if the request has no name' })),
}
const answer = (description: string) => Type.Object(facts, { description })
const problem = (description: string) => Type.Object({ error: Type.String() }, { description })

/** The API for the page behind the QR code: the same facts under the same rules. */
export async function certificateApiRoutes(app: App, { db, clock }: Needs): Promise<void> {
  app.get(
    '/api/certificates/:token',
    {
      config: { policy: 'public', rateLimit: { max: 60, timeWindow: '1 minute' } },
      schema: {
        tags: ['Certificates'],
        summary: 'Verify a certificate',
        description:
          'The code is the last part of the address in the certificate’s QR code. Unknown, malformed and withheld codes get the same response. For a person whose address is confidential, the response has only the verdict, and only if the request has the printed name. Five wrong names per hour are allowed for each code.',
        params: Type.Object({ token: text(300) }),
        querystring: Type.Object({
          name: Type.Optional(Type.String({ maxLength: 300, description: 'The printed name, to compare' })),
        }),
        response: {
          200: answer('Our record has a certificate for this code and can show it'),
          400: problem('The name is too long'),
          404: answer(
            'There is no certificate, or it can’t be shown without its name: verdict unknown, everything else null',
          ),
          414: problem('The code is too long'),
          429: problem('Too many requests, or too many names tried'),
        },
      },
    },
    async (request, reply) => {
      // Failed attempts on a malformed code count only against that code.
      const token = readToken(request.params.token) ?? request.params.token
      const { name } = request.query
      const found = await findCertificateByToken(db, token)
      const compared =
        name === undefined
          ? null
          : await compareName(db, found, { token, name, address: request.ip }, clock())
      const { verdict, facts, ended_at, corrected_by } = verifyPage(
        found,
        compared && { ...compared, typed: name ?? '' },
        null,
        await isUnderReview(db, found),
      )
      if (verdict === 'unknown') await evenTime(reply)
      if (compared?.kind === 'slowed')
        return reply
          .status(429)
          .send({ error: 'Too many names were tried for this code. Try again in an hour.' })
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
