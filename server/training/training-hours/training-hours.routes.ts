import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import type { Replica } from '#server/db/replica.ts'
import { recordEvidence } from '#server/ledger/actions.ts'
import { addMonths, type Day, dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { findRosterToChangeOf } from '#server/programs/queries.ts'
import { readDay, typedDay } from '#server/programs/typed-form.ts'
import { listEmployeeIds } from '#server/standings/clearance.queries.ts'
import { found, notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { recordHourCost } from './training-hours.actions.ts'
import { listHourCosts, listTrainingHours } from './training-hours.queries.ts'
import { hoursReport } from './training-hours.ts'
import { hoursCsv, hoursXlsx } from './training-hours-export.ts'

type Needs = Readonly<{ db: Database; replica: Replica; clock: () => Date }>
type Query = Readonly<{ from?: string; to?: string; page?: string }>

const pageSize = 50

/** How many hours a program's people spent on training, by month and person, and what they cost. */
export async function trainingHoursRoutes(app: App, { db, replica, clock }: Needs): Promise<void> {
  const config = { policy: ['program_admin'] } as const
  const params = Type.Object({ program: uuid() })
  const period = { from: Type.Optional(text(40)), to: Type.Optional(text(40)) }
  const base = '/programs/:program/training-hours'

  app.get(
    base,
    {
      config,
      schema: {
        params,
        querystring: Type.Object({
          ...period,
          page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}$' })),
        }),
      },
    },
    async (request, reply) =>
      reply.page(
        'training/training-hours',
        await hoursPage(viewerOf(request), request.params.program, request.query, {}, []),
      ),
  )

  for (const kind of ['csv', 'xlsx'] as const)
    app.get(
      `${base}.${kind}`,
      { config, schema: { params, querystring: Type.Object(period) } },
      async (request, reply) => {
        const viewer = viewerOf(request)
        const { program } = await placeOf(viewer, request.params.program)
        const { from_on, to_on } = periodOf(request.query)
        const { lines, employeeIds } = await replica.readAll(async (reading) => ({
          lines: (await reportOf(reading, program.id, { from_on, to_on })).lines,
          employeeIds: await listEmployeeIds(reading, program.id),
        }))
        await recordEvidence(db, {
          kind: 'records-exported',
          actor_id: viewer.id,
          subject: `program:${program.id}`,
          facts: { what: 'training hours', program_id: program.id, from_on, to_on, rows: lines.length },
          at: clock(),
        })
        reply.header(
          'content-disposition',
          `attachment; filename="training-hours-${from_on}-${to_on}.${kind}"`,
        )
        return kind === 'csv'
          ? reply.type('text/csv; charset=utf-8').send(hoursCsv(lines, employeeIds))
          : reply
              .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
              .send(hoursXlsx(lines, employeeIds))
      },
    )

  app.post(
    `${base}/costs`,
    {
      config,
      schema: {
        params,
        body: form({ per_hour: Type.Optional(text(20)), cost_from: Type.Optional(text(40)) }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { program } = request.params
      const answer = found(await recordHourCost(db, viewer, program, request.body, clock()))
      if (answer.kind === 'done') return reply.redirect(`/programs/${program}/training-hours#cost`, 303)
      const page = await hoursPage(viewer, program, {}, request.body, answer.problems)
      return reply.status(422).page('training/training-hours', page)
    },
  )

  const placeOf = async (viewer: Viewer, programId: string) =>
    (await findRosterToChangeOf(db, viewer, programId, dayOf(clock()))) ?? notFound()

  const reportOf = async (
    reading: Database,
    programId: string,
    asked: Readonly<{ from_on: Day; to_on: Day }>,
  ) =>
    hoursReport(
      await listTrainingHours(reading, programId, asked),
      await listHourCosts(reading, programId),
      asked,
    )

  /** The twelve months up to today, unless asked for others. */
  function periodOf({ from = '', to = '' }: Query) {
    const today = dayOf(clock())
    const usual = { from_on: `${addMonths(today, -11).slice(0, 7)}-01`, to_on: today }
    const errors: Problem[] = []
    const read = (field: 'from' | 'to', typed: string, otherwise: Day): Day => {
      if (typed.trim() === '') return otherwise
      const day = readDay(typed.trim(), today)
      if (day.kind === 'day') return day.day
      errors.push({ field, message: day.message })
      return otherwise
    }
    const asked = { from_on: read('from', from, usual.from_on), to_on: read('to', to, usual.to_on) }
    if (asked.from_on > asked.to_on)
      errors.push({ field: 'to', message: 'The last day is before the first day.' })
    else if (addMonths(asked.from_on, mostMonths) <= asked.to_on)
      errors.push({ field: 'from', message: 'Choose a period of at most five years.' })
    return errors.length > 0 ? { ...usual, errors } : { ...asked, errors }
  }

  async function hoursPage(
    viewer: Viewer,
    programId: string,
    query: Query,
    typed: Readonly<{ per_hour?: string; cost_from?: string }>,
    problems: readonly Problem[],
  ) {
    const place = await placeOf(viewer, programId)
    const { errors, ...asked } = periodOf(query)
    const report = await reportOf(db, place.program.id, asked)
    const last = Math.max(1, Math.ceil(report.people.length / pageSize))
    const current = Math.min(Number(query.page ?? 1), last)
    const address = `/programs/${place.program.id}/training-hours`
    const days = new URLSearchParams({ from: asked.from_on, to: asked.to_on }).toString()
    return {
      title: 'Training hours and cost',
      place,
      base: address,
      ...asked,
      typedFrom: query.from ?? typedDay(asked.from_on),
      typedTo: query.to ?? typedDay(asked.to_on),
      ...report,
      people: report.people.slice((current - 1) * pageSize, current * pageSize),
      many: report.people.length,
      pages: { current, last, href: `${address}?${days}&page={page}` },
      exportQuery: `?${days}`,
      costs: (await listHourCosts(db, place.program.id)).toReversed(),
      typed,
      errors: [...errors, ...problems],
    }
  }
}

const mostMonths = 60
