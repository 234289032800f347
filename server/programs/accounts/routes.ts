import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { latinSpellingNeeded } from '#server/lib/latin-spelling.ts'
import { type By, changeName, setConfidential } from '#server/people/account.actions.ts'
import { listSignIns } from '#server/people/account.queries.ts'
import { type AccountMail, emailChangeAsked } from '#server/people/account-emails.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import { changeAccountState } from '#server/people/account-state.actions.ts'
import { type AccountChange, accountChanges } from '#server/people/account-state.ts'
import { requestEmailChange } from '#server/people/email-changes.actions.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { tellOfRole } from '#server/programs/roles/announcing.actions.ts'
import { isEmail, oneLine } from '#server/programs/typed-form.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { accountPage, changePage, stateOf } from './account-page.ts'
import { type Account, findAccountOf, listAccountHistory, listAccounts } from './accounts.queries.ts'
import { listMerges } from './merges.queries.ts'

type Needs = Readonly<{
  db: Database
  mail: AccountMail
  clock: () => Date
  config: Readonly<{ baseUrl: string }>
  tellOwner: TellOwner
}>

/** Accounts as administrators look after them. Every change asks why, and is an entry in the ledger. */
export async function accountLifeRoutes(
  app: App,
  { db, mail, clock, config, tellOwner }: Needs,
): Promise<void> {
  const administrators = { policy: ['system_admin', 'program_admin'] } as const
  const params = Type.Object({ person: uuid() })
  const reason = text(1000)

  app.get(
    '/accounts',
    {
      config: { policy: ['system_admin'] },
      schema: { querystring: Type.Object({ search: Type.Optional(text()) }) },
    },
    async (request, reply) => {
      const search = request.query.search?.trim() ?? ''
      const accounts = await listAccounts(db, search)
      return reply.page('programs/accounts/accounts', {
        title: 'Accounts',
        search,
        accounts: accounts.map((account) => ({ ...account, state: stateOf(account) })),
      })
    },
  )

  app.get('/accounts/:person', { config: administrators, schema: { params } }, async (request, reply) => {
    const found = (await inReach(request, request.params.person)) ?? notFound()
    const history = await listAccountHistory(db, viewerOf(request), found.account.id)
    const merges = await listMerges(db, found.account.id)
    // Where someone signs in from is private; who runs the installation looks for break-ins.
    const isSystemAdmin = viewerOf(request).grants.some(({ role }) => role === 'system_admin')
    const signIns = isSystemAdmin ? await listSignIns(db, found.account.id) : null
    return reply.page('programs/accounts/account', {
      ...accountPage(found, history, merges, clock()),
      signIns,
    })
  })

  for (const kind of Object.keys(accountChanges) as AccountChange[]) {
    const url = `/accounts/:person/${kind}`
    app.get(url, { config: administrators, schema: { params } }, async (request, reply) =>
      reply.page('programs/accounts/change', changePage(await changeable(request), kind, '')),
    )
    app.post(
      url,
      { config: administrators, schema: { params, body: form({ reason }) } },
      async (request, reply) => {
        const account = await changeable(request)
        const by = byOf(request)
        if (!by.reason)
          return reply
            .status(422)
            .page('programs/accounts/change', { ...changePage(account, kind, ''), errors: whyErrors(by) })
        await writeEvidence(db, (trx) =>
          changeAccountState(
            trx,
            { id: by.actorId, name: viewerOf(request).name, tellOfRole, now: by.now },
            account.id,
            { kind, reason: by.reason },
          ),
        )
        return reply.redirect(`/accounts/${account.id}`, 303)
      },
    )
  }

  app.get(
    '/accounts/:person/details',
    { config: administrators, schema: { params } },
    async (request, reply) => reply.page('programs/accounts/details', detailsPage(await changeable(request))),
  )

  app.post(
    '/accounts/:person/details',
    {
      config: administrators,
      schema: {
        params,
        body: form({
          name: text(1000),
          pronunciation: text(200),
          email: text(254),
          confidential: Type.Optional(text(5)),
          reason,
        }),
      },
    },
    async (request, reply) => {
      const account = await changeable(request)
      const typed = {
        name: oneLine(request.body.name),
        pronunciation: oneLine(request.body.pronunciation),
        email: request.body.email.trim().toLowerCase(),
        is_confidential: request.body.confidential === 'yes',
      }
      const by = byOf(request)
      const errors = [...typedErrors(typed, account), ...whyErrors(by)]
      if (errors.length > 0)
        return reply
          .status(422)
          .page('programs/accounts/details', { ...detailsPage({ ...account, ...typed }, by.reason), errors })
      const change = await writeEvidence(db, async (trx) => {
        await changeName(trx, account.id, typed, by)
        await setConfidential(trx, account.id, typed.is_confidential, by)
        const isNew = typed.email !== '' && typed.email !== account.email
        if (!isNew) return null
        const news = {
          what: 'email-requested',
          by: viewerOf(request).name,
          key: by.now.toISOString(),
        } as const
        await tellOwner(trx, account.id, news)
        const asked = await requestEmailChange(trx, account.id, typed.email, by)
        if (mail) for (const message of emailChangeAsked(asked, config.baseUrl)) await mail(trx, message)
        return asked
      })
      if (change && !mail)
        return reply.page('programs/accounts/email-link', {
          title: 'Another email',
          ownerConfirms: account.has_way_in && !change.isTaken,
          account,
          to: change.to,
          address: change.isTaken ? null : `${config.baseUrl}/email/${change.token}`,
        })
      return reply.redirect(`/accounts/${account.id}`, 303)
    },
  )

  async function changeable(request: FastifyRequest): Promise<Account> {
    const { person } = request.params as { person: string }
    const found = await inReach(request, person)
    return found?.canChange ? found.account : notFound()
  }

  const inReach = (request: FastifyRequest, person: string) =>
    findAccountOf(db, viewerOf(request), person, dayOf(clock()))

  function byOf(request: FastifyRequest): By {
    const body = request.body as { reason: string }
    return { actorId: viewerOf(request).id, reason: body.reason.trim(), now: clock() }
  }
}

const detailsPage = (account: Account, reason = '') => ({
  title: `Change ${account.name}’s account`,
  account,
  reason,
})

const whyErrors = ({ reason }: By) =>
  reason ? [] : [{ field: 'reason', message: 'Write why. It stays with the record.' }]

const typedErrors = (typed: Readonly<{ name: string; email: string }>, { email }: Account) => [
  ...(typed.name ? [] : [{ field: 'name', message: 'Enter the person’s name.' }]),
  ...[latinSpellingNeeded(typed.name) ?? []].flat().map((message) => ({ field: 'name', message })),
  ...(typed.name.length > 200 ? [{ field: 'name', message: 'Use at most 200 characters.' }] : []),
  ...(isEmail(typed.email) || (typed.email === '' && !email)
    ? []
    : [{ field: 'email', message: 'Enter an email such as name@example.org.' }]),
]
