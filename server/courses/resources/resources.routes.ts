import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { SupportLine } from '#server/courses/catalogue/course-parts.ts'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { checkedAgain, readResource, typedResource } from './resource-form.ts'
import { type KeptResource, keptResources } from './resource-list.ts'
import { recordResource } from './resources.actions.ts'
import { listHistoryOf, listLinkChecks, listResourceRecords } from './resources.queries.ts'
import { keepingPage, resourcesPage } from './resources-page.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  clock: () => Date
  ownLines: () => readonly SupportLine[]
}>

/** Whom to call, where to report and what to read, for everyone; and the pages on which it is kept. */
export async function resourceRoutes(app: App, { db, catalogue, clock, ownLines }: Needs): Promise<void> {
  const file = catalogue.resources
  const keepers = { policy: ['reviewer', 'system_admin'] } as const
  const params = Type.Object({ resource: Type.String({ pattern: '^[a-z0-9-]{1,80}$' }) })
  const list = async () => keptResources(file, await listResourceRecords(db))
  const find = async (id: string) => (await list()).find((one) => one.id === id) ?? notFound()

  app.get('/resources', { config: { policy: 'public' } }, async (_request, reply) =>
    reply.page('courses/resources', resourcesPage(file, await list(), ownLines())),
  )

  app.get('/review/resources', { config: keepers }, async (_request, reply) =>
    reply.page(
      'courses/review/resources',
      keepingPage(file, await list(), await listLinkChecks(db), dayOf(clock())),
    ),
  )

  app.get('/review/resources/new', { config: keepers }, async (_request, reply) =>
    reply.page('courses/review/resource', formPage(null, newTyped(), [], [])),
  )

  app.post(
    '/review/resources',
    { config: keepers, schema: { body: resourceBody } },
    async (request, reply) => {
      const id = `own-${randomUUID().slice(0, 8)}`
      const problems = await save(null, id, request.body, viewerOf(request).id)
      if (problems) return reply.status(422).page('courses/review/resource', problems)
      return reply.redirect('/review/resources', 303)
    },
  )

  app.get('/review/resources/:resource', { config: keepers, schema: { params } }, async (request, reply) => {
    const one = await find(request.params.resource)
    const page = formPage(one, typedResource(one, dayOf(clock())), one.regions, [])
    return reply.page('courses/review/resource', { ...page, history: await listHistoryOf(db, one.id) })
  })

  app.post(
    '/review/resources/:resource',
    { config: keepers, schema: { params, body: resourceBody } },
    async (request, reply) => {
      const one = await find(request.params.resource)
      const problems = await save(one, one.id, request.body, viewerOf(request).id)
      if (problems) return reply.status(422).page('courses/review/resource', problems)
      return reply.redirect('/review/resources', 303)
    },
  )

  app.post(
    '/review/resources/:resource/checks',
    { config: keepers, schema: { params } },
    async (request, reply) => {
      const one = await find(request.params.resource)
      const by = { id: viewerOf(request).id, now: clock() }
      await recordResource(db, checkedAgain(one, dayOf(by.now)), by)
      return reply.redirect(`/review/resources#${one.group}`, 303)
    },
  )

  /** Null once it is recorded; otherwise the form with what is wrong. */
  async function save(one: KeptResource | null, id: string, body: Body, personId: string) {
    const { regions, ...typed } = body
    const now = clock()
    const read = readResource({ typed: typed as Typed, regions }, file, one, id, dayOf(now))
    if (read.kind === 'problems') return formPage(one, typed as Typed, regions, read.problems)
    await recordResource(db, read.record, { id: personId, now })
    return null
  }

  const newTyped = (): Typed => {
    const empty = { group: 'services', name: '', about: '', phone: '', sms: '', url: '', email: '' }
    return typedResource({ ...empty, isListed: true }, dayOf(clock()))
  }

  const formPage = (
    one: KeptResource | null,
    typed: Typed,
    regions: readonly string[],
    errors: readonly FieldError[],
  ) => ({
    title: one ? `Change: ${one.name}` : 'Add a resource',
    tab: 'resources',
    one,
    typed,
    chosen: regions,
    errors,
    groups: file.groups.map(({ id, title }) => ({ value: id, label: title })),
    regions: file.regions.map(({ id, name }) => ({ value: id, label: name })),
    history: [],
  })
}

const resourceBody = form({
  ...{ group: text(80), name: text(300), about: text(500), source: text(300), reason: text(300) },
  phone: Type.Optional(text(60)),
  sms: Type.Optional(text(60)),
  url: Type.Optional(text(500)),
  email: Type.Optional(text(200)),
  regions: Type.Array(text(40), { default: [] }),
  checked_on: text(40),
  is_listed: Type.Optional(text(5)),
})
type Body = Type.Static<typeof resourceBody>
