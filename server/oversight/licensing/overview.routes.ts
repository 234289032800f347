import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import type { Replica } from '#server/db/replica.ts'
import { recordExport } from '#server/ledger/actions.ts'
import { addDays, dayOf, daysBetween, parseDay } from '#server/lib/days.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { toneOf } from '#server/programs/record/license-card.ts'
import { rulesRevision } from '#server/standings/rules-revision.ts'
import { notFound } from '#server/web/errors.ts'
import type { App } from '#server/web/routes.ts'
import { daysOfWatch, listEndings } from './endings.queries.ts'
import { listOverview, listOverviewDay } from './overview.queries.ts'
import { onePage, overviewCsv, overviewDayPage, overviewFilters, overviewPrograms } from './overview-page.ts'

/** The certified programs behind each number of the statewide overview. It names no one. */
export async function overviewRoutes(
  app: App,
  { db, replica, clock }: Readonly<{ db: Database; replica: Replica; clock: () => Date }>,
): Promise<void> {
  const config = { policy: ['licensing'] } as const
  const show = Type.Optional(Type.Unsafe<string>({ enum: Object.keys(overviewFilters) }))
  const page = Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}$' }))
  const shown = async (show: string, reading: Database) => {
    const today = dayOf(clock())
    const of = { today, soon: addDays(today, 30), ruleset: rulesRevision }
    const all = await listOverview(reading, of)
    return { today, all: all.length, programs: overviewPrograms(all, show, today) }
  }

  app.get(
    '/licensing/overview',
    { config, schema: { querystring: Type.Object({ show, page }) } },
    async (request, reply) => {
      const { show = 'all', page = '1' } = request.query
      const { found, asOf } = await replica.read((reading) => shown(show, reading))
      const { today, all, programs } = found
      return reply.page('oversight/licensing/overview', {
        title: 'Certified programs',
        today,
        all,
        matching: programs.length,
        ...onePage(programs, Number(page), `/licensing/overview?show=${show}&`),
        asOf,
        show,
        filters: Object.entries(overviewFilters).map(([value, label]) => ({ value, label })),
        showWords: overviewFilters[show],
        toneOf,
      })
    },
  )

  app.get(
    '/licensing/overview/days/:day',
    {
      config,
      schema: {
        params: Type.Object({ day: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }) }),
        querystring: Type.Object({ page }),
      },
    },
    async (request, reply) => {
      const day = parseDay(request.params.day) ?? notFound()
      const programs = await listOverviewDay(db, day)
      if (programs.length === 0) return notFound()
      const { page = '1' } = request.query
      return reply.page('oversight/licensing/overview-day', overviewDayPage(day, programs, Number(page)))
    },
  )

  app.get('/licensing/endings', { config }, async (_request, reply) => {
    const today = dayOf(clock())
    const { found: endings, asOf } = await replica.read((reading) => listEndings(reading, today))
    return reply.page('oversight/licensing/endings', {
      title: 'About to end',
      asOf,
      days: daysOfWatch,
      endings: endings.map((one) => ({ ...one, left: daysBetween(today, one.to_on) })),
    })
  })

  app.get(
    '/licensing/overview.csv',
    { config, schema: { querystring: Type.Object({ show }) } },
    async (request, reply) => {
      const { show = 'all' } = request.query
      const { programs, today } = await replica.readAll((reading) => shown(show, reading))
      await recordExport(db, {
        by: viewerOf(request).id,
        subject: 'overview',
        at: clock(),
        facts: { what: 'certified programs', show, programs: programs.length },
      })
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="certified-programs-${today}.csv"`)
        .send(overviewCsv(programs, today))
    },
  )
}
