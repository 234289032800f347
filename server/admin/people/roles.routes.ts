import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { AccountMail } from '#server/people/account-emails.ts'
import type { Role } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { confirmersInWords } from '#server/programs/roles/confirmers-in-words.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { readUpload } from '#server/web/upload.ts'
import { readRoleFile, roleFileColumns, roleFileTemplate } from './role-file.ts'
import { invitableRoles, invitationFields, readInvitation } from './role-forms.ts'
import { giveFirstLink, type Invited, inviteToRoles } from './roles.actions.ts'
import { listProgramChoices, listRoleHolders } from './roles.queries.ts'

type Needs = Readonly<{
  db: Database
  mail: AccountMail
  clock: () => Date
  config: Readonly<{ baseUrl: string }>
}>

/** People with a role, across the installation: who they are, invitations one by one or by a file, and ends. */
export async function installationRoleRoutes(
  app: App,
  { db, mail, clock, config: { baseUrl } }: Needs,
): Promise<void> {
  const config = { policy: ['system_admin'] } as const
  const optional = () => Type.Optional(text(300))
  const pageSize = 50
  const acting = (request: FastifyRequest) => ({ viewer: viewerOf(request), now: clock() })
  const choices = () => listProgramChoices(db, dayOf(clock()))

  const querystring = Type.Object({
    done: optional(),
    search: optional(),
    role: optional(),
    page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}$' })),
  })

  app.get('/admin/people', { config, schema: { querystring } }, async (request, reply) =>
    peoplePage(request, reply, request.query),
  )

  app.get('/admin/people/new', { config }, async (_request, reply) => invitePage(reply, {}, []))

  app.post(
    '/admin/people',
    {
      config,
      schema: {
        body: form({
          name: optional(),
          email: optional(),
          employee_id: optional(),
          role: optional(),
          where: optional(),
        }),
      },
    },
    async (request, reply) => {
      const read = readInvitation(request.body, await choices())
      if (read.kind === 'problems') return invitePage(reply.status(422), request.body, read.problems)
      const answer = await inviteToRoles(db, acting(request), { mail, baseUrl }, [read.invitation])
      if (answer.kind === 'refused')
        return invitePage(
          reply.status(422),
          request.body,
          answer.problems.map((message) => ({ field: 'email', message })),
        )
      return invitedPage(reply, answer.invited)
    },
  )

  app.get('/admin/people/file', { config }, async (_request, reply) => filePage(reply, []))

  app.get('/admin/people/template.csv', { config }, async (_request, reply) =>
    reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="people-and-roles.csv"')
      .send(roleFileTemplate()),
  )

  app.post('/admin/people/file', { config }, async (request, reply) => {
    const { file, isTooLarge } = await readUpload(request)
    if (isTooLarge) return filePage(reply.status(422), ['That file is larger than 10 MB. Send it in parts.'])
    if (!file) return filePage(reply.status(422), ['Choose a CSV file.'])
    const read = readRoleFile(file.bytes.toString('utf8'), await choices())
    if (read.kind === 'problems') return filePage(reply.status(422), read.problems)
    const answer = await inviteToRoles(db, acting(request), { mail, baseUrl }, read.invitations)
    if (answer.kind === 'refused') return filePage(reply.status(422), answer.problems)
    return invitedPage(reply, answer.invited)
  })

  app.post(
    '/admin/people/:person/link',
    { config, schema: { params: Type.Object({ person: uuid() }) } },
    async (request, reply) => {
      const given = await giveFirstLink(db, acting(request), { mail, baseUrl }, request.params.person)
      return invitedPage(reply, given ?? notFound())
    },
  )

  async function peoplePage(
    request: FastifyRequest,
    reply: FastifyReply,
    query: Readonly<{ search?: string; role?: string; page?: string }>,
  ) {
    const search = (query.search ?? '').trim()
    const role = Object.hasOwn(invitableRoles, query.role ?? '') ? (query.role as Role) : null
    const page = Number(query.page ?? 1)
    const { people, total } = await listRoleHolders(db, { search, role, page, size: pageSize })
    const kept = new URLSearchParams({ ...(search ? { search } : {}), ...(role ? { role } : {}) })
    return reply.page('admin/people/people', {
      title: 'People and roles',
      tab: 'people',
      people,
      total,
      search,
      role,
      roleWords: invitableRoles,
      ownId: viewerOf(request).id,
      pages: {
        current: page,
        last: Math.max(1, Math.ceil(total / pageSize)),
        href: `/admin/people?${kept.size ? `${kept}&` : ''}page={page}`,
      },
    })
  }

  const invitePage = async (reply: FastifyReply, typed: Typed, errors: readonly Problem[]) =>
    reply.page('admin/people/invite', {
      title: 'Invite someone',
      fields: invitationFields(typed, await choices()),
      canMail: Boolean(mail),
      errors,
    })

  const filePage = (reply: FastifyReply, problems: readonly string[]) =>
    reply.page('admin/people/file', {
      title: 'Invite people by a file',
      columns: Object.values(roleFileColumns),
      roles: Object.values(invitableRoles).map(({ words }) => words),
      errors: problems.slice(0, 50).map((message) => ({ field: 'file', message })),
    })

  const invitedPage = (reply: FastifyReply, invited: Invited) =>
    reply.page('admin/people/invited', {
      title: 'Invitations',
      invited,
      waiting: invited.waiting.map(({ person, confirmers }) => ({
        name: person.name,
        confirmers: confirmersInWords(confirmers),
      })),
    })
}
