import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { recordExport } from '#server/ledger/actions.ts'
import { type Day, dayOf, parseDay } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text, uuid } from '#server/web/routes.ts'
import {
  answersToday,
  byPerson,
  clearanceOfPeople,
  clearanceOfProgram,
  eachClearance,
} from './clearance.actions.ts'
import { listEmployeeIds, listPrograms, listProgramsOf } from './clearance.queries.ts'
import { clearanceCsv, clearanceXlsx, type ExportedLine, exportedLine } from './clearance-export.ts'
import {
  answers,
  type ClearanceFilter,
  clearanceFiltered,
  clearancePage,
  shownLine,
} from './clearance-list.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** May this person have direct contact? For a program's people on a day: as a page, a file and in print. */
export async function clearanceRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const supervisors = { policy: ['supervisor', 'program_admin'] } as const
  const params = Type.Object({ program: uuid() })
  const querystring = Type.Object({
    on: Type.Optional(text(40)),
    show: Type.Optional(text(20)),
    search: Type.Optional(text(200)),
    page: Type.Optional(text(10)),
    whole: Type.Optional(text(10)),
  })

  app.get('/clearance', { config: supervisors }, async (request, reply) => {
    const programs = await listProgramsOf(db, viewerOf(request), dayOf(clock()))
    const licensed = programs.filter(({ kind }) => kind === 'licensed')
    const [only] = licensed
    if (only && licensed.length === 1) return reply.redirect(`/programs/${only.program_id}/clearance`, 303)
    return reply.page('standings/clearance-programs', {
      title: 'Clearance for direct contact',
      programs: licensed,
    })
  })

  app.get(
    '/programs/:program/clearance',
    { config: supervisors, schema: { params, querystring } },
    async (request, reply) => {
      const program = await programOf(viewerOf(request), request.params.program)
      const today = dayOf(clock())
      const typed = request.query.on ?? ''
      const asked = typed ? parseDay(typed) : today
      const errors = asked ? [] : [{ field: 'on', message: 'Enter a date like 3/15/2026.' }]
      const on = asked ?? today
      const filter = filterOf(request.query)
      const address = addressOf(`/programs/${program.program_id}/clearance`, request.query)
      const { shown, ...page } =
        on === today
          ? await pageToday(program.program_id, today, filter)
          : clearancePage(await clearanceOfProgram(db, program.program_id, on), filter)
      return reply.status(asked ? 200 : 422).page('standings/clearance', {
        ...page,
        lines: shown.map((line) => shownLine(line, filter.isWhole)),
        title: `Clearance for direct contact at ${program.name}`,
        program,
        on,
        typed,
        today,
        errors,
        filter,
        address,
        files: address({ page: '', whole: '' }).replace('/clearance', '/clearance.{ending}'),
        pages: { ...page.pages, href: address({ page: '{page}' }) },
      })
    },
  )

  for (const [ending, type, make] of [
    ['csv', 'text/csv; charset=utf-8', clearanceCsv],
    ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', clearanceXlsx],
  ] as const)
    app.get(
      `/programs/:program/clearance.${ending}`,
      { config: supervisors, schema: { params, querystring } },
      async (request, reply) => {
        const { program_id } = await programOf(viewerOf(request), request.params.program)
        const on = parseDay(request.query.on ?? '') ?? dayOf(clock())
        const shown: ExportedLine[] = []
        for await (const lines of eachClearance(db, program_id, on))
          shown.push(...clearanceFiltered(lines, filterOf(request.query)).map(exportedLine))
        const employeeIds = await listEmployeeIds(db, program_id)
        await recordExport(db, {
          by: viewerOf(request).id,
          subject: `program:${program_id}`,
          at: clock(),
          facts: { what: 'clearance', format: ending, on, people: shown.length },
        })
        return reply
          .type(type)
          .header('content-disposition', `attachment; filename="clearance-${on}.${ending}"`)
          .send(make({ lines: shown, on, employeeIds }))
      },
    )

  /** Stored answers count and filter. What the page says of each person comes from their facts. */
  async function pageToday(programId: string, today: Day, filter: ClearanceFilter) {
    const listed = await answersToday(db, programId, today)
    const page = clearancePage(listed, filter)
    const ids = page.shown.map(({ person_id }) => person_id)
    const lines = byPerson(await clearanceOfPeople(db, ids, programId, today))
    return { ...page, shown: ids.flatMap((id) => lines.get(id) ?? []) }
  }

  async function programOf(viewer: Viewer, programId: string) {
    if (!viewer.supervised_program_ids.includes(programId)) return notFound()
    const [program] = await listPrograms(db, [programId], dayOf(clock()))
    return program ?? notFound()
  }
}

type Query = Readonly<Partial<Record<'on' | 'show' | 'search' | 'page' | 'whole', string>>>

const filterOf = ({ show, search, page, whole }: Query): ClearanceFilter => ({
  show: answers.find((answer) => answer === show) ?? null,
  search: search ?? '',
  page: Math.max(1, Number.parseInt(page ?? '1', 10) || 1),
  isWhole: whole === 'yes',
})

/** The list's address with some filters changed, so that it can be bookmarked and shared. */
const addressOf = (path: string, query: Query) => (change: Query) => {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...query, ...change })) if (value) params.set(name, value)
  const text = params.toString().replaceAll('%7Bpage%7D', '{page}')
  return text ? `${path}?${text}` : path
}
