import type { FastifyRequest } from 'fastify'
import { type TProperties, Type } from 'typebox'
import {
  findCertificateById,
  findCertificateByNumber,
  listRefused,
} from '#server/certificates/certificates/queries.ts'
import type { Database } from '#server/db/connection.ts'
import type { Sessions } from '#server/people/sessions.ts'
import { passwordAgain } from '#server/people/sign-in/password-again.ts'
import { twoPeopleWords } from '#server/people/two-people.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { recordBlocked } from '#server/programs/second-person/blocked.actions.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { confirmRequest } from './confirming.actions.ts'
import { recordPage, requestPage } from './record-page.ts'
import { endRequest, noteLook, requestCorrection, requestRevocation } from './requests.actions.ts'
import { findRequest, listActs, listOpenRequests, listRequests } from './requests.queries.ts'

type Needs = Readonly<{
  db: Database
  sessions: Sessions
  clock: () => Date
  config: Readonly<{ baseUrl: string; issuerName: string; keysFile: string; https: boolean }>
  afterChange: AfterChange
}>

/** Licensing staff revoke and correct certificates. One requests with a recent password, and a second one confirms. */
export async function certificateRequestRoutes(
  app: App,
  { db, sessions, clock, config, afterChange }: Needs,
): Promise<void> {
  const again = passwordAgain({ db, sessions, clock, config })
  const licensing = { policy: ['licensing'] } as const
  const params = Type.Object({ number: Type.String({ pattern: '^SH-[0-9]{6,12}$' }) })
  const requestParams = Type.Object({ request: uuid() })
  const body = <T extends TProperties>(fields: T) => form({ ...fields, password: Type.Optional(text(1024)) })

  app.get(
    '/certificates/records',
    { config: licensing, schema: { querystring: Type.Object({ number: Type.Optional(text(60)) }) } },
    async (request, reply) => {
      const { number } = request.query
      const digits = /^\s*(?:SH-?)?\s*0*(\d{1,12})\s*$/i.exec(number ?? '')?.[1]
      const found = digits && (await findCertificateByNumber(db, `SH-${digits.padStart(6, '0')}`))
      if (found) return reply.redirect(`/certificates/records/${found.number}`, 303)
      const errors = number?.trim()
        ? [
            {
              field: 'number',
              message: 'There is no certificate with that number. Check the number on the certificate.',
            },
          ]
        : []
      return reply.status(errors.length > 0 ? 404 : 200).page('certificates/records/find', {
        title: 'Revoke or correct a certificate',
        number: number ?? '',
        open: await listOpenRequests(db),
        refused: await listRefused(db),
        errors,
      })
    },
  )

  app.get(
    '/certificates/records/:number',
    { config: licensing, schema: { params } },
    async (request, reply) => {
      const certificate = (await findCertificateByNumber(db, request.params.number)) ?? notFound()
      await noteLook(db, viewerOf(request), certificate, clock())
      const [acts, requests] = await Promise.all([
        listActs(db, certificate.id),
        listRequests(db, certificate.id),
      ])
      return reply.page('certificates/records/record', recordPage(certificate, acts, requests))
    },
  )

  for (const act of ['revocation', 'correction'] as const)
    app.get(
      `/certificates/records/:number/${act}`,
      { config: licensing, schema: { params } },
      async (request, reply) => {
        const certificate = await openOf(request.params.number)
        return reply.page(`certificates/records/${act}`, {
          ...formPage(request, act, certificate.number),
          facts: certificate.facts,
          typed: {
            reason: '',
            person_name: certificate.facts.person_name,
            completion: 'void',
            account: 'renames',
            program: '',
          },
        })
      },
    )

  app.post(
    '/certificates/records/:number/revocation',
    {
      config: licensing,
      schema: { params, body: body({ reason: text(1000), completion: Type.Optional(text(10)) }) },
    },
    async (request, reply) => {
      const certificate = await openOf(request.params.number)
      const typed = { ...request.body, completion: request.body.completion ?? '' }
      const asked = { reason: typed.reason.trim(), voids_completion: typed.completion === 'void' }
      const errors = [...reasonErrors(asked.reason), ...(await again.errors(request, typed.password))]
      const result =
        errors.length === 0
          ? await requestRevocation(db, viewerOf(request), certificate, asked, clock())
          : null
      if (result?.kind === 'requested') return reply.redirect(`/certificates/requests/${result.id}`, 303)
      if (result?.kind === 'own') return notFound()
      if (result?.kind === 'not-open')
        return reply.redirect(`/certificates/records/${certificate.number}`, 303)
      return reply.status(422).page('certificates/records/revocation', {
        ...formPage(request, 'revocation', certificate.number),
        facts: certificate.facts,
        typed,
        errors: result?.kind === 'problem' ? [result] : errors,
      })
    },
  )

  app.post(
    '/certificates/records/:number/correction',
    {
      config: licensing,
      schema: {
        params,
        body: body({
          reason: text(1000),
          person_name: text(200),
          account: Type.Optional(text(10)),
          program: Type.Optional(text(10)),
        }),
      },
    },
    async (request, reply) => {
      const certificate = await openOf(request.params.number)
      const { account = '', program = '', ...rest } = request.body
      const typed = { ...rest, account, program }
      const asked = {
        reason: typed.reason.trim(),
        person_name: typed.person_name.trim(),
        takes_program: program === 'roster',
        renames_person: account === 'renames' && typed.person_name.trim() !== certificate.facts.person_name,
      }
      const errors = [...reasonErrors(asked.reason), ...(await again.errors(request, typed.password))]
      const result =
        errors.length === 0
          ? await requestCorrection(db, viewerOf(request), certificate, asked, config, clock())
          : null
      if (result?.kind === 'requested') return reply.redirect(`/certificates/requests/${result.id}`, 303)
      if (result?.kind === 'own') return notFound()
      if (result?.kind === 'not-open')
        return reply.redirect(`/certificates/records/${certificate.number}`, 303)
      return reply.status(422).page('certificates/records/correction', {
        ...formPage(request, 'correction', certificate.number),
        facts: certificate.facts,
        typed,
        errors: result?.kind === 'problem' ? [result] : errors,
      })
    },
  )

  app.get(
    '/certificates/requests/:request',
    { config: licensing, schema: { params: requestParams } },
    async (request, reply) =>
      reply.page('certificates/records/request', await pageOf(request, request.params.request)),
  )

  app.post(
    '/certificates/requests/:request/confirmation',
    { config: licensing, schema: { params: requestParams, body: body({}) } },
    async (request, reply) => {
      const id = request.params.request
      if (!(await findRequest(db, id))) return notFound()
      const errors = await again.errors(request, request.body.password)
      if (errors.length > 0)
        return reply
          .status(422)
          .page('certificates/records/request', { ...(await pageOf(request, id)), errors })
      const needs = { issuer: config, signing: config, afterChange }
      const result = await confirmRequest(db, needs, viewerOf(request), id, clock())
      if (result.kind === 'not-two') {
        if (result.problem === 'same-account') return notFound()
        const { problem, other } = result
        const firstId = (await findRequest(db, id))?.requested_by ?? ''
        const blocked = { act: 'certificate', firstId, secondId: viewerOf(request).id, problem } as const
        await recordBlocked(db, { ...blocked, programId: null }, clock())
        const message = `${twoPeopleWords[problem](other)} Ask another licensing staff member.`
        return reply.status(409).page('certificates/records/request', {
          ...(await pageOf(request, id)),
          errors: [{ field: 'reason', message }],
        })
      }
      return reply.redirect(
        result.kind === 'confirmed'
          ? `/certificates/records/${result.number}`
          : `/certificates/requests/${id}`,
        303,
      )
    },
  )

  app.post(
    '/certificates/requests/:request/end',
    { config: licensing, schema: { params: requestParams, body: form({ reason: text(1000) }) } },
    async (request, reply) => {
      const id = request.params.request
      const found = (await findRequest(db, id)) ?? notFound()
      const reason = request.body.reason.trim()
      if (!reason && found.requested_by !== viewerOf(request).id)
        return reply.status(422).page('certificates/records/request', {
          ...(await pageOf(request, id)),
          errors: [{ field: 'reason', message: 'Enter a reason. The person who made the request sees it.' }],
        })
      await endRequest(db, viewerOf(request), id, reason, clock())
      return reply.redirect(`/certificates/records/${found.number}`, 303)
    },
  )

  async function openOf(number: string) {
    return (await findCertificateByNumber(db, number)) ?? notFound()
  }

  async function pageOf(request: FastifyRequest, id: string) {
    const found = (await findRequest(db, id)) ?? notFound()
    const certificate = (await findCertificateById(db, found.certificate_id)) ?? notFound()
    return {
      ...requestPage(found, certificate, viewerOf(request).id),
      asksPassword: again.isAsked(request),
    }
  }

  function formPage(request: FastifyRequest, act: 'revocation' | 'correction', number: string) {
    return {
      title: `${act === 'revocation' ? 'Revoke' : 'Correct'} certificate ${number}`,
      number,
      asksPassword: again.isAsked(request),
    }
  }
}

const reasonErrors = (reason: string) =>
  reason
    ? []
    : [{ field: 'reason', message: 'Enter a reason. It stays on the record and is not shown publicly.' }]
