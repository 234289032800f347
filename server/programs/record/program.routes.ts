import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf, parseDay } from '#server/lib/days.ts'
import { hasRole } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { findPlaceOf, listProgramsOf } from '#server/programs/queries.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text, uuid } from '#server/web/routes.ts'
import { programPage } from './program-page.ts'
import { findProgramRecord, listProgramCorrections } from './program-record.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** The list of programs that a viewer may see, and a program's page for a day. */
export async function programRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const readers = { policy: ['supervisor', 'program_admin', 'licensing', 'system_admin'] } as const
  const params = Type.Object({ program: uuid() })
  const optional = () => Type.Optional(text(500))
  const pageSize = 50

  app.get(
    '/programs',
    {
      config: readers,
      schema: {
        querystring: Type.Object({
          search: optional(),
          page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}$' })),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const search = (request.query.search ?? '').trim()
      const page = Number(request.query.page ?? 1)
      const isKeeper = hasRole(viewer, 'licensing', 'system_admin')
      const { programs, total } = await listProgramsOf(db, viewer, dayOf(clock()), {
        search,
        page,
        size: pageSize,
      })
      const [only] = programs
      if (only && total === 1 && !search && !isKeeper)
        return reply.redirect(`/programs/${only.id}/roster`, 303)
      return reply.page('programs/programs', {
        title: 'Programs',
        programs,
        total,
        search,
        isKeeper,
        hasRoster: (id: string) => viewer.supervised_program_ids.includes(id),
        pages: {
          current: page,
          last: Math.max(1, Math.ceil(total / pageSize)),
          href: `/programs?${new URLSearchParams(search ? { search } : {})}&page={page}`,
        },
      })
    },
  )

  app.get(
    '/programs/:program',
    { config: readers, schema: { params, querystring: Type.Object({ on: optional() }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const today = dayOf(clock())
      const typed = request.query.on ?? ''
      const on = parseDay(typed) ?? today
      const place = (await findPlaceOf(db, viewer, request.params.program, on)) ?? notFound()
      const record = await findProgramRecord(db, place.program.id)
      const canKeep = hasRole(viewer, 'licensing', 'system_admin')
      const corrections = await listProgramCorrections(db, place.program.id)
      const errors =
        typed && !parseDay(typed)
          ? [{ field: 'on', message: `We can’t read “${typed}” as a date. Enter it like 3/15/2025.` }]
          : []
      const hasRoster = viewer.supervised_program_ids.includes(place.program.id)
      return reply.page('programs/program', {
        ...programPage(place, record, corrections, on, today, typed),
        errors,
        canKeep,
        hasRoster,
      })
    },
  )
}
