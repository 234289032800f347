import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { recordEvidence, writeEvidence } from '#server/ledger/actions.ts'
import { latinSpellingNeeded, unprintableLetters } from '#server/lib/latin-spelling.ts'
import { changeName, changePassword, setConfidential } from '#server/people/account.actions.ts'
import {
  findOpenEmailChange,
  findOwnAccount,
  listEmployeeNames,
  listEverythingAbout,
  listSignIns,
  listViewsOf,
} from '#server/people/account.queries.ts'
import { type AccountMail, emailChangeAsked } from '#server/people/account-emails.ts'
import {
  confirmRequestedChange,
  findChangeToConfirm,
  requestEmailChange,
} from '#server/people/email-changes.actions.ts'
import { newPassphrase } from '#server/people/passphrase.ts'
import { findSecondFactors } from '#server/people/queries.ts'
import { roleNames } from '#server/people/roles.ts'
import type { Sessions } from '#server/people/sessions.ts'
import { sessionToken, viewerOf } from '#server/people/viewer.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { passwordAgain } from './password-again.ts'

type Needs = Readonly<{
  db: Database
  sessions: Sessions
  mail: AccountMail
  clock: () => Date
  config: Readonly<{ https: boolean; baseUrl: string }>
  /** What this installation is called, and by whom it is run: no password is made of these words. */
  installationWords: () => readonly string[]
}>

/** Your account: what is on record about you, how you sign in, and who has looked. */
export async function accountRoutes(
  app: App,
  { db, sessions, mail, clock, config, installationWords }: Needs,
): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const again = passwordAgain({ db, sessions, clock, config })
  const password = Type.Optional(text(1024))

  app.get(
    '/account',
    { config: signedIn, schema: { querystring: Type.Object({ done: Type.Optional(text(20)) }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const account = await findOwnAccount(db, viewer.id)
      return reply.page('people/account', {
        title: 'Your account',
        account,
        unprintable: unprintableLetters(account.name),
        employeeNames: await listEmployeeNames(db, viewer.id),
        openChange: await findOpenEmailChange(db, viewer.id, clock()),
        toConfirm: mail ? null : ((await findChangeToConfirm(db, viewer.id, clock())) ?? null),
        roles: viewer.grants.map((grant) => roleNames[grant.role]),
        factors: await findSecondFactors(db, viewer.id),
        open: await sessions.list(viewer.id, tokenOf(request)),
        done: doneWords[request.query.done ?? ''] ?? null,
      })
    },
  )

  app.get('/account/name', { config: signedIn }, async (request, reply) =>
    reply.page('people/account-name', namePage(await findOwnAccount(db, viewerOf(request).id))),
  )

  app.post(
    '/account/name',
    { config: signedIn, schema: { body: form({ name: text(1000), pronunciation: text(1000) }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const name = plainLine(request.body.name)
      const pronunciation = plainLine(request.body.pronunciation)
      const errors = [
        ...(name ? [] : [{ field: 'name', message: 'Enter your name.' }]),
        ...[latinSpellingNeeded(name) ?? []].flat().map((message) => ({ field: 'name', message })),
        ...(name.length > 200 ? [{ field: 'name', message: 'Use at most 200 characters.' }] : []),
        ...(pronunciation.length > 200
          ? [{ field: 'pronunciation', message: 'Use at most 200 characters.' }]
          : []),
      ]
      if (errors.length > 0)
        return reply.status(422).page('people/account-name', { ...namePage({ name, pronunciation }), errors })
      await writeEvidence(db, (trx) =>
        changeName(trx, viewer.id, { name, pronunciation }, { actorId: viewer.id, reason: '', now: clock() }),
      )
      return reply.redirect('/account?done=name', 303)
    },
  )

  app.post(
    '/account/confidentiality',
    { config: signedIn, schema: { body: form({ confidential: Type.Optional(text(5)) }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const by = { actorId: viewer.id, reason: '', now: clock() }
      const isOn = request.body.confidential === 'yes'
      await writeEvidence(db, (trx) => setConfidential(trx, viewer.id, isOn, by))
      return reply.redirect(`/account?done=${isOn ? 'confidential' : 'public'}#privacy`, 303)
    },
  )

  app.get('/account/email', { config: signedIn }, async (request, reply) =>
    reply.page('people/account-email', emailPage(request, '')),
  )

  app.post(
    '/account/email',
    { config: signedIn, schema: { body: form({ email: text(254), password }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const email = request.body.email.trim().toLowerCase()
      const isOne = /^[^\s@"',;<>]+@[^\s@"',;<>]+\.[^\s@"',;<>]+$/.test(email)
      const errors = [
        ...(isOne ? [] : [{ field: 'email', message: 'Enter an email such as name@example.org.' }]),
        ...(isOne && email === viewer.email
          ? [{ field: 'email', message: 'This is your email already.' }]
          : []),
        ...(await again.errors(request, request.body.password)),
      ]
      if (errors.length > 0 || !mail)
        return reply.status(422).page('people/account-email', { ...emailPage(request, email), errors })
      const by = { actorId: viewer.id, reason: '', now: clock() }
      await writeEvidence(db, async (trx) => {
        const change = await requestEmailChange(trx, viewer.id, email, by)
        for (const message of emailChangeAsked(change, config.baseUrl)) await mail(trx, message)
      })
      return reply.redirect('/account?done=email', 303)
    },
  )

  // Where no email can be sent, an administrator asks for the change and its owner confirms it here.
  app.post('/account/email/confirmation', { config: signedIn }, async (request, reply) => {
    const result = await confirmRequestedChange(db, viewerOf(request).id, clock())
    return reply.redirect(result.kind === 'changed' ? '/account?done=email-changed' : '/account', 303)
  })

  app.get('/account/password', { config: signedIn }, async (request, reply) =>
    reply.page('people/account-password', passwordPage(request)),
  )

  app.post(
    '/account/password',
    { config: signedIn, schema: { body: form({ password, new_password: text(1024) }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const errors = [...(await again.errors(request, request.body.password))]
      if (errors.length === 0) {
        const result = await changePassword(
          db,
          viewer,
          request.body.new_password,
          { words: installationWords(), mail },
          clock(),
        )
        if (result.kind === 'problem') errors.push({ field: 'new_password', message: result.message })
      }
      if (errors.length > 0)
        return reply.status(422).page('people/account-password', { ...passwordPage(request), errors })
      await sessions.endOthers(viewer.id, tokenOf(request))
      return reply.redirect('/account?done=password', 303)
    },
  )

  app.post(
    '/account/sessions/:handle/end',
    { config: signedIn, schema: { params: Type.Object({ handle: uuid() }) } },
    async (request, reply) => {
      await sessions.endByHandle(viewerOf(request).id, request.params.handle)
      return reply.redirect('/account#sessions', 303)
    },
  )

  app.post('/account/sessions/end', { config: signedIn }, async (request, reply) => {
    const viewer = viewerOf(request)
    await sessions.endOthers(viewer.id, tokenOf(request))
    await db.deleteFrom('known_devices').where('person_id', '=', viewer.id).execute()
    return reply.redirect('/account?done=sessions#sessions', 303)
  })

  app.get('/account/sign-ins', { config: signedIn }, async (request, reply) =>
    reply.page('people/account-sign-ins', {
      title: 'Your sign-ins',
      signIns: await listSignIns(db, viewerOf(request).id),
    }),
  )

  app.get('/account/views', { config: signedIn }, async (request, reply) =>
    reply.page('people/account-views', {
      title: 'Who has looked at your record',
      views: await listViewsOf(db, viewerOf(request).id),
    }),
  )

  app.get('/account/data.json', { config: signedIn }, async (request, reply) => {
    const viewer = viewerOf(request)
    const now = clock()
    const about = await listEverythingAbout(db, viewer.id)
    await recordEvidence(db, {
      kind: 'records-exported',
      actor_id: viewer.id,
      subject: `person:${viewer.id}`,
      facts: { what: 'own data' },
      at: now,
    })
    return reply
      .header(
        'content-disposition',
        `attachment; filename="my-training-data-${now.toISOString().slice(0, 10)}.json"`,
      )
      .type('application/json; charset=utf-8')
      .send(JSON.stringify({ person: viewer.name, made_at: now.toISOString(), ...about }, null, 2))
  })

  const tokenOf = (request: FastifyRequest) => sessionToken(request, config.https) ?? ''

  const emailPage = (request: FastifyRequest, email: string) => ({
    title: 'Change your email',
    email,
    canMail: Boolean(mail),
    asksPassword: again.isAsked(request),
  })

  const passwordPage = (request: FastifyRequest) => ({
    title: 'Change your password',
    suggestion: newPassphrase(),
    asksPassword: again.isAsked(request),
  })
}

const namePage = (account: Readonly<{ name: string; pronunciation: string }>) => ({
  title: 'Change your name',
  account,
})

const doneWords: Readonly<Record<string, string>> = {
  name: 'Your name has been saved. Certificates that you have already keep the name they were issued under.',
  email: 'We sent a link to the new email. Your email changes when you open it.',
  'email-changed': 'Your email has been changed.',
  password: 'Your password has been changed. You have been signed out everywhere else.',
  sessions: 'You have been signed out everywhere else.',
  confidential: 'Your record is confidential now. Public pages no longer say where or whether you work.',
  public: 'Your record is no longer confidential.',
}

/** Text in one line, without what can't be seen. */
const plainLine = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Zs}]+/gu, ' ')
    .trim()
