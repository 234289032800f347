import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import QRCode from 'qrcode'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { countRecoveryCodes, listPasskeys } from '#server/people/account.queries.ts'
import type { AccountMail } from '#server/people/account-emails.ts'
import { findSecondFactors } from '#server/people/queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import type { DataKey } from '#server/people/sealed-secret.ts'
import type { Sessions } from '#server/people/sessions.ts'
import { secondFactorAddress, sessionToken, viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text } from '#server/web/routes.ts'
import { waitInWords } from '#server/web/words.ts'
import { authenticatorAddress } from './authenticator.ts'
import { confirmationErrors, isFreshlyConfirmed } from './confirmation.ts'
import { addPasskey, canUsePasskeys, passkeyRegistration } from './passkeys.actions.ts'
import {
  confirmAuthenticator,
  type Factor,
  removeFactor,
  renewRecoveryCodes,
  startAuthenticator,
} from './second-factor.actions.ts'
import { confirmPassword } from './sign-in.actions.ts'
import { keepStep, stepOf } from './sign-in-cookies.ts'

type Needs = Readonly<{
  db: Database
  sessions: Sessions
  mail: AccountMail
  clock: () => Date
  config: Readonly<{ https: boolean; baseUrl: string; issuerName: string; sessionHours: number }>
  requiresSecondFactor: boolean
  dataKey: DataKey
}>

/** Setting up passkeys, an authenticator app and recovery codes. The password is asked first, where it wasn't lately. */
export async function secondFactorRoutes(
  app: App,
  { db, sessions, mail, clock, config, requiresSecondFactor, dataKey }: Needs,
): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const credential = Type.Object({ id: text(1400) }, { additionalProperties: true })
  const isRequired = (viewer: Viewer) => requiresSecondFactor && viewer.grants.length > 0

  app.get(secondFactorAddress, { config: signedIn }, async (request, reply) => page(request, reply))

  app.post(
    `${secondFactorAddress}/password`,
    { config: signedIn, schema: { body: form({ password: text(1024) }) } },
    async (request, reply) => {
      const given = {
        token: sessionToken(request, config.https) ?? '',
        password: request.body.password,
        address: request.ip,
      }
      const confirmation = await confirmPassword(db, sessions, viewerOf(request), given, clock())
      if (confirmation.kind === 'confirmed') return reply.redirect(secondFactorAddress, 303)
      return page(request, reply.status(422), { errors: confirmationErrors(confirmation) })
    },
  )

  app.get(`${secondFactorAddress}/authenticator`, { config: signedIn }, async (request, reply) =>
    authenticatorPage(request, reply),
  )

  app.post(
    `${secondFactorAddress}/authenticator`,
    { config: signedIn, schema: { body: form({ code: text(20) }) } },
    async (request, reply) => {
      if (!isFresh(request)) return reply.redirect(secondFactorAddress, 303)
      const result = await confirmAuthenticator(
        db,
        viewerOf(request),
        request.body.code,
        { dataKey, mail },
        clock(),
      )
      if (result.kind === 'confirmed') {
        await factorAdded(request)
        return reply.page('people/recovery-codes', { title: 'Your recovery codes', codes: result.codes })
      }
      const message =
        result.kind === 'wrong'
          ? 'This code is not right. Check the time on your phone, and enter the code that shows now.'
          : `Too many attempts. Try again in ${waitInWords(result.seconds)}.`
      return authenticatorPage(request, reply.status(422), [{ field: 'code', message }])
    },
  )

  app.post(`${secondFactorAddress}/passkeys/challenge`, { config: signedIn }, async (request, reply) => {
    if (!isFresh(request)) return reply.status(403).send({ message: 'Enter your password again first.' })
    const { options, token } = await passkeyRegistration(db, viewerOf(request), config)
    keepStep(reply, token, config)
    return options
  })

  app.post(
    `${secondFactorAddress}/passkeys`,
    { config: signedIn, schema: { body: Type.Object({ response: credential, name: text(100) }) } },
    async (request, reply) => {
      if (!isFresh(request)) return reply.status(403).send({ message: 'Enter your password again first.' })
      // The rest of its shape is checked where its signature is.
      const made = {
        challengeToken: stepOf(request, config),
        response: request.body.response as unknown as RegistrationResponseJSON,
        name: request.body.name.trim() || 'Passkey',
        mail,
      }
      if ((await addPasskey(db, viewerOf(request), config, made, clock())) === 'refused')
        return reply.status(422).send({ message: 'This passkey could not be added. Try again.' })
      await factorAdded(request)
      return { location: secondFactorAddress }
    },
  )

  app.post(
    `${secondFactorAddress}/removal`,
    { config: signedIn, schema: { body: form({ passkey: Type.Optional(text(1400)) }) } },
    async (request, reply) => {
      if (!isFresh(request)) return reply.redirect(secondFactorAddress, 303)
      const viewer = viewerOf(request)
      const factor: Factor = request.body.passkey
        ? { kind: 'passkey', id: request.body.passkey }
        : { kind: 'authenticator' }
      const rules = { isRequired: isRequired(viewer), mail }
      const result = await removeFactor(db, viewer, factor, rules, clock())
      if (result === 'unknown') return notFound()
      if (result === 'last')
        return page(request, reply.status(422), {
          refused: 'Your role needs a second factor. Add another one before you remove this one.',
        })
      return reply.redirect(secondFactorAddress, 303)
    },
  )

  app.post(`${secondFactorAddress}/recovery-codes`, { config: signedIn }, async (request, reply) => {
    const viewer = viewerOf(request)
    if (!isFresh(request) || !viewer.has_second_factor) return reply.redirect(secondFactorAddress, 303)
    const codes = await renewRecoveryCodes(db, viewer, clock())
    return reply.page('people/recovery-codes', { title: 'Your recovery codes', codes })
  })

  const isFresh = (request: FastifyRequest) => isFreshlyConfirmed(viewerOf(request).confirmed_at, clock())

  /** Sessions from before the first second factor were opened by a password alone: they end. */
  async function factorAdded(request: FastifyRequest): Promise<void> {
    const viewer = viewerOf(request)
    if (!viewer.has_second_factor)
      await sessions.endOthers(viewer.id, sessionToken(request, config.https) ?? '')
  }

  async function page(request: FastifyRequest, reply: FastifyReply, more: Record<string, unknown> = {}) {
    const viewer = viewerOf(request)
    return reply.page('people/second-factor-setup', {
      title: 'Passkeys and authenticator app',
      ...(await findSecondFactors(db, viewer.id)),
      list: await listPasskeys(db, viewer.id),
      codesLeft: await countRecoveryCodes(db, viewer.id),
      canUsePasskeys: canUsePasskeys(config),
      isRequired: isRequired(viewer),
      asksPassword: !isFresh(request),
      refused: null,
      ...more,
    })
  }

  async function authenticatorPage(
    request: FastifyRequest,
    reply: FastifyReply,
    errors: readonly Readonly<{ field: string; message: string }>[] = [],
  ) {
    const viewer = viewerOf(request)
    const secret = isFresh(request) ? await startAuthenticator(db, viewer.id, dataKey) : null
    if (!secret) return reply.redirect(secondFactorAddress, 303)
    const address = authenticatorAddress(secret, viewer.email ?? viewer.name, config.issuerName)
    return reply.page('people/authenticator-setup', {
      title: 'Set up an authenticator app',
      secret: secret.match(/.{1,4}/g)?.join(' ') ?? secret,
      picture: await QRCode.toDataURL(address, { margin: 2, width: 232 }),
      errors,
    })
  }
}
