import { Type } from 'typebox'
import { readToken } from '#server/certificates/tokens.ts'
import type { Database } from '#server/db/connection.ts'
import { findPlace } from '#server/ledger/queries.ts'
import { hasRole } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text } from '#server/web/routes.ts'
import { evenTime } from './constant-time.ts'
import { certificateFile } from './issuing.actions.ts'
import { compareName } from './name-checks.actions.ts'
import { type CertificateRow, findCertificateByToken, findCertificateOf } from './queries.ts'
import { isUnderReview } from './under-review.actions.ts'
import { verifyPage } from './verification-page.ts'

type Needs = Readonly<{
  db: Database
  clock: () => Date
  config: Readonly<{ keysFile: string; baseUrl: string; issuerName: string }>
}>

export async function certificateRoutes(app: App, { db, clock, config }: Needs): Promise<void> {
  const numberParams = Type.Object({ number: Type.String({ pattern: '^SH-[0-9]{6,12}$' }) })

  app.get(
    '/certificates/:number.pdf',
    { config: { policy: 'signed-in' }, schema: { params: numberParams } },
    async (request, reply) => {
      const { number } = request.params
      const certificate = (await findCertificateOf(db, viewerOf(request).id, number)) ?? notFound()
      const { pdf } = await certificateFile(db, certificate, config.keysFile, clock())
      return reply
        .type('application/pdf')
        .header('content-disposition', `attachment; filename="certificate-${number}.pdf"`)
        .send(pdf)
    },
  )

  app.get(
    '/certificates/:number.json',
    { config: { policy: 'signed-in' }, schema: { params: numberParams } },
    async (request, reply) => {
      const { number } = request.params
      const certificate = (await findCertificateOf(db, viewerOf(request).id, number)) ?? notFound()
      const { credential } = await certificateFile(db, certificate, config.keysFile, clock())
      return reply
        .type('application/vc')
        .header('content-disposition', `attachment; filename="certificate-${number}.json"`)
        .send(credential ?? notFound())
    },
  )

  app.get(
    '/certificates/:number/sharing',
    { config: { policy: 'signed-in' }, schema: { params: numberParams } },
    async (request, reply) => {
      const { number } = request.params
      const { facts, token } = (await findCertificateOf(db, viewerOf(request).id, number)) ?? notFound()
      const link = `${config.baseUrl}/verify/${token}`
      return reply.page('certificates/sharing', {
        title: `Share certificate ${number}`,
        number,
        facts,
        link,
        issuer: config.issuerName,
        // Until the next signed head, at most an hour, there is none.
        isProven: Boolean((await findPlace(db, number))?.head_signed_at),
        mail: `I finished “${facts.course_title}.” Verify my certificate here: ${link}`,
      })
    },
  )

  // Anyone can use this. Rate limited by address, though no one can guess 128 bits anyway.
  const verify = { policy: 'public', rateLimit: { max: 120, timeWindow: '1 minute' } } as const

  app.addHook('onSend', async (request, reply) => {
    if (!request.url.startsWith('/verify')) return
    reply.header('x-robots-tag', 'noindex, nofollow').header('referrer-policy', 'no-referrer')
  })

  app.get(
    '/verify',
    { config: verify, schema: { querystring: Type.Object({ code: Type.Optional(text(200)) }) } },
    async (request, reply) => {
      const { code } = request.query
      if (code === undefined)
        return reply.page('certificates/verify', {
          title: 'Verify a certificate',
          robots: 'noindex',
          code: '',
        })
      const typed = code.includes('/verify/') ? (code.split('/verify/').at(-1) ?? '') : code
      return reply.redirect(
        `/verify/${encodeURIComponent(readToken(typed) ?? (typed.slice(0, 80) || 'none'))}`,
        303,
      )
    },
  )

  const tokenParams = Type.Object({ token: text(300) })

  app.get('/verify/:token', { config: verify, schema: { params: tokenParams } }, async (request, reply) => {
    // Unknown and malformed codes run the same query and get the same response.
    const certificate = await findCertificateByToken(db, readToken(request.params.token) ?? '-')
    const page = verifyPage(certificate, null, ...(await standingOf(certificate)))
    if (page.verdict === 'unknown') await evenTime(reply)
    const mayRevoke = request.viewer !== null && hasRole(request.viewer, 'licensing')
    return reply.page('certificates/verdict', { ...page, mayRevoke })
  })

  app.post(
    '/verify/:token',
    { config: verify, schema: { params: tokenParams, body: form({ name: text(300) }) } },
    async (request, reply) => {
      const { name } = request.body
      // Failed attempts on a malformed code count only against that code.
      const token = readToken(request.params.token) ?? request.params.token
      const certificate = await findCertificateByToken(db, token)
      const given = { token, name, address: request.ip }
      const answer = await compareName(db, certificate, given, clock())
      const page = verifyPage(certificate, { ...answer, typed: name }, ...(await standingOf(certificate)))
      if (page.verdict === 'unknown') await evenTime(reply)
      return reply.status(answer.kind === 'slowed' ? 429 : 200).page('certificates/verdict', page)
    },
  )

  // Run the queries even without a certificate, so that timing reveals nothing.
  const standingOf = (certificate: CertificateRow | null) =>
    Promise.all([findPlace(db, certificate?.number ?? '-'), isUnderReview(db, certificate)])
}
