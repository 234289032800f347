import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { providerSource, scimSource } from '#server/people/directory-source.ts'
import type { IdentityProvider } from '#server/people/identity-providers.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { oneLine } from '#server/programs/typed-form.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { confirmGroupRole, endMapping, mapGroup } from './group-roles.actions.ts'
import { listGroupRoles, listScimSources } from './group-roles.queries.ts'
import { invitableRoles, readReach, roleFields } from './role-forms.ts'
import { listProgramChoices } from './roles.queries.ts'

type Needs = Readonly<{
  db: Database
  clock: () => Date
  config: Readonly<{ identityProviders: readonly IdentityProvider[] }>
}>

/** Which groups of a directory or an identity provider give which roles. */
export async function groupRoleRoutes(app: App, { db, clock, config: settings }: Needs): Promise<void> {
  const config = { policy: ['system_admin'] } as const
  const params = Type.Object({ mapping: uuid() })
  const optional = () => Type.Optional(text(300))
  const acting = (request: FastifyRequest) => ({ viewerId: viewerOf(request).id, now: clock() })

  app.get('/admin/people/groups', { config }, async (request, reply) => page(request, reply, {}, []))

  app.post(
    '/admin/people/groups',
    {
      config,
      schema: { body: form({ source: optional(), group: optional(), role: optional(), where: optional() }) },
    },
    async (request, reply) => {
      const typed = request.body
      const group_name = oneLine(typed.group ?? '')
      const source = (await sources()).find(({ value }) => value === typed.source)
      const read = readReach(typed, await listProgramChoices(db, dayOf(clock())))
      const errors = [
        ...(source ? [] : [{ field: 'source', message: 'Choose where the group comes from.' }]),
        ...(group_name && group_name.length <= 200
          ? []
          : [{ field: 'group', message: 'Enter the group’s name or id, as the directory sends it.' }]),
        ...(read.kind === 'problems' ? read.problems : []),
      ]
      if (errors.length > 0 || !source || read.kind === 'problems')
        return page(request, reply.status(422), typed, errors)
      await mapGroup(db, acting(request), { source: source.value, group_name, ...read.reach })
      return reply.redirect('/admin/people/groups', 303)
    },
  )

  for (const [what, change] of [
    ['confirmation', confirmGroupRole],
    ['end', endMapping],
  ] as const)
    app.post(
      `/admin/people/groups/:mapping/${what}`,
      { config, schema: { params } },
      async (request, reply) => {
        if (!(await change(db, acting(request), request.params.mapping))) return notFound()
        return reply.redirect('/admin/people/groups', 303)
      },
    )

  const sources = async () => [
    ...settings.identityProviders.map(({ id, name }) => ({
      value: providerSource(id),
      label: `Sign-in with ${name}`,
    })),
    ...(await listScimSources(db)).map(({ id, label }) => ({ value: scimSource(id), label })),
  ]

  async function page(
    request: FastifyRequest,
    reply: FastifyReply,
    typed: Readonly<Record<string, string | undefined>>,
    errors: readonly FieldError[],
  ) {
    const known = await sources()
    const { id } = viewerOf(request)
    return reply.page('admin/people/groups', {
      title: 'Roles from groups',
      hasSources: known.length > 0,
      mappings: (await listGroupRoles(db)).map((line) => ({
        ...line,
        from:
          known.find(({ value }) => value === line.source)?.label ??
          'A directory that is no longer connected',
        words: invitableRoles[line.role].words,
        waits: line.role !== 'supervisor' && !line.confirmer,
        canConfirm: line.made_by !== id,
      })),
      fields: [
        {
          name: 'source',
          label: 'Where does the group come from?',
          type: 'select',
          value: typed.source ?? '',
          options: [{ value: '', label: 'Choose' }, ...known],
        },
        {
          name: 'group',
          label: 'Group',
          value: typed.group ?? '',
          hint: 'Its name or id, as the directory sends it',
          autocomplete: 'off',
        },
        ...roleFields(typed, await listProgramChoices(db, dayOf(clock()))),
      ],
      errors,
    })
  }
}
