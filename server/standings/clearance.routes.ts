import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { recordExport } from '#server/ledger/actions.ts'
import { type Day, dayOf, isDay, parseDay, timeZone } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { rosterOn } from '#server/programs/roster/roster.queries.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text, uuid } from '#server/web/routes.ts'
import { useApiToken } from './api-tokens.actions.ts'
import { listEmployeeIds, listPrograms, listProgramsOf } from './clearance.queries.ts'
import { clearanceCsv, clearanceXlsx } from './clearance-export.ts'
import {
  answers,
  type ClearanceFilter,
  type ClearanceLine,
  clearanceFiltered,
  clearanceList,
  clearancePage,
  shownLine,
} from './clearance-list.ts'
import { rulesRevision } from './rules-revision.ts'
import { factsOfPeople } from './standings.actions.ts'
import { listStoredAnswers } from './stored.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** May this person have direct contact? For a program's people on a day: as a page, in print, and as an API. */
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
          : clearancePage(await linesOn(program.program_id, on), filter)
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
        const [lines, employeeIds] = await Promise.all([
          linesOn(program_id, on),
          listEmployeeIds(db, program_id),
        ])
        const shown = clearanceFiltered(lines, filterOf(request.query))
        await recordExport(db, {
          by: viewerOf(request).id,
          subject: `program:${program_id}`,
          at: clock(),
          facts: { what: 'clearance', format: ending, on, people: shown.length },
        })
        return reply
          .type(type)
          .header('content-disposition', `attachment; filename="clearance-${on}.${ending}"`)
          .send(await make({ lines: shown, on, employeeIds }))
      },
    )

  app.get(
    '/api/clearance',
    {
      config: { policy: 'public', rateLimit: { max: 120, timeWindow: '1 minute' } },
      schema: {
        tags: ['Clearance'],
        summary: 'The people of a program and whether each is cleared for direct contact on a day',
        security: [{ program: [] }],
        querystring: Type.Object({
          program: Type.Optional(
            Type.String({
              maxLength: 100,
              description: 'The program, to check that the token belongs to it',
            }),
          ),
          on: Type.Optional(
            Type.String({ maxLength: 100, description: 'A day such as 2026-03-15. Default: today' }),
          ),
        }),
        response: {
          200: Type.Object({
            program: Type.String(),
            on: Type.String({ description: `A day, ${timeZone}` }),
            people: Type.Array(
              Type.Object({
                id: Type.String(),
                name: Type.String(),
                employee_id: Type.Union([Type.String(), Type.Null()], {
                  description: 'The program’s own number for the person: match by this, where there is one',
                }),
                email: Type.Union([Type.String(), Type.Null()]),
                answer: Type.String({ description: 'yes, no or unknown; never yes while on leave' }),
                until: Type.Union([Type.String(), Type.Null()]),
                on_leave: Type.Boolean({ description: 'Whether the person is on leave that day' }),
                because: Type.Unsafe<readonly string[]>(Type.Array(Type.String())),
              }),
            ),
          }),
          400: Type.Object({ error: Type.String() }),
          401: Type.Object({ error: Type.String() }),
          404: Type.Object({ error: Type.String() }),
          429: Type.Object({ error: Type.String() }),
        },
      },
    },
    async (request, reply) => {
      const [scheme, token] = (request.headers.authorization ?? '').split(' ')
      const programId =
        scheme?.toLowerCase() === 'bearer' && token ? await useApiToken(db, token, request.ip, clock()) : null
      if (!programId) {
        reply.header('www-authenticate', 'Bearer')
        return reply.status(401).send({ error: 'Send the program’s token: Authorization: Bearer …' })
      }
      const { program, on: asked } = request.query
      if (program !== undefined && program !== programId)
        return reply.status(404).send({ error: 'This token belongs to another program.' })
      if (asked !== undefined && !isDay(asked))
        return reply.status(400).send({ error: `on: "${asked}" is not a day such as 2026-03-15` })
      const on = asked ?? dayOf(clock())
      const [lines, employeeIds] = await Promise.all([linesOn(programId, on), listEmployeeIds(db, programId)])
      return {
        program: programId,
        on,
        people: lines.map(({ person_id, name, email, answer, until, on_leave, because }) => ({
          id: person_id,
          name,
          employee_id: employeeIds.get(person_id) ?? null,
          email,
          answer,
          until,
          on_leave,
          because: because(),
        })),
      }
    },
  )

  /** Stored answers count and filter. What the page says of each person comes from their facts. */
  async function pageToday(programId: string, today: Day, filter: ClearanceFilter) {
    const stored = await listStoredAnswers(db, programId, today, rulesRevision)
    const unknown = stored.filter(({ answer }) => answer === null).map(({ person_id }) => person_id)
    const computed = byPerson(await linesOf(unknown, programId, today))
    const listed = stored.flatMap(({ answer, ...person }) =>
      answer ? [{ ...person, answer }] : (computed.get(person.person_id) ?? []),
    )
    const page = clearancePage(listed, filter)
    const ids = page.shown.map(({ person_id }) => person_id)
    const lines = byPerson(await linesOf(ids, programId, today))
    return { ...page, shown: ids.flatMap((id) => lines.get(id) ?? []) }
  }

  async function linesOf(personIds: readonly string[], programId: string, on: Day) {
    if (personIds.length === 0) return []
    const { roster, facts } = await factsOfPeople(db, personIds, on)
    return clearanceList(roster, facts, programId, on)
  }

  async function linesOn(programId: string, on: Day) {
    const roster = await rosterOn(db, [programId], on)
    const { facts } = await factsOfPeople(
      db,
      roster.people.map(({ person_id }) => person_id),
      on,
    )
    return clearanceList(roster, facts, programId, on)
  }

  async function programOf(viewer: Viewer, programId: string) {
    if (!viewer.supervised_program_ids.includes(programId)) return notFound()
    const [program] = await listPrograms(db, [programId], dayOf(clock()))
    return program ?? notFound()
  }
}

const byPerson = (lines: readonly ClearanceLine[]) => new Map(lines.map((line) => [line.person_id, line]))

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
