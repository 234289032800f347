import { Type } from 'typebox'
import type { Catalogue } from '#server/courses/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import { type Day, dayOf, parseDay } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { rosterOn } from '#server/programs/roster.queries.ts'
import { factsOfPeople } from '#server/requirements/actions.ts'
import { listProgramsOf } from '#server/requirements/clearance.queries.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text, uuid } from '#server/web/routes.ts'
import { forecast, forecastChart } from './forecast.ts'
import { personPage } from './person-page.ts'
import { countCompletionsByMonth, findPersonOfPrograms, listTeam, type TeamRow } from './queries.ts'
import { filtered, type Group, groups, sorts, type TeamFilter } from './team.ts'
import { teamAsOf } from './team-as-of.ts'
import { teamCsv, teamXlsx } from './team-export.ts'
import { teamLine, teamPage } from './team-page.ts'
import { listTimeline } from './timeline.queries.ts'

type Needs = Readonly<{ db: Database; catalogue: Catalogue; clock: () => Date }>

/** The supervisor's day: who is cleared, who needs something, what is coming, and what was true on a past day. */
export async function teamRoutes(app: App, { db, catalogue, clock }: Needs): Promise<void> {
  const supervisors = { policy: ['supervisor', 'program_admin'] } as const
  const querystring = Type.Object({
    program: Type.Optional(text(40)),
    show: Type.Optional(text(20)),
    search: Type.Optional(text(200)),
    sort: Type.Optional(text(20)),
    page: Type.Optional(text(10)),
    on: Type.Optional(text(40)),
    known: Type.Optional(text(10)),
  })

  app.get('/team', { config: supervisors, schema: { querystring } }, async (request, reply) => {
    const { viewer, today, programs, asked, rows, filter, errors } = await teamOf(
      viewerOf(request),
      request.query,
    )
    const address = addressOf(request.query)
    const completed = await countCompletionsByMonth(
      db,
      [...new Set(rows.map(({ person_id }) => person_id))],
      yearBefore(today),
    )
    const months = forecast(rows, completed, today)
    const data = {
      ...teamPage(programs, rows, filter, catalogue, asked.on, today, address),
      errors,
      asked,
      today,
      query: request.query,
      viewer,
      months,
      chart: forecastChart(months),
    }
    const wantsTable =
      request.headers['hx-request'] === 'true' && request.headers['hx-target'] === 'div#team-table'
    return wantsTable ? reply.partial('oversight/_team-table', data) : reply.page('oversight/team', data)
  })

  app.get('/team.csv', { config: supervisors, schema: { querystring } }, async (request, reply) => {
    const lines = await linesOf(viewerOf(request), request.query)
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="team.csv"')
      .send(teamCsv(lines))
  })

  app.get('/team.xlsx', { config: supervisors, schema: { querystring } }, async (request, reply) => {
    const lines = await linesOf(viewerOf(request), request.query)
    return reply
      .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
      .header('content-disposition', 'attachment; filename="team.xlsx"')
      .send(await teamXlsx(lines))
  })

  app.get(
    '/team/:person',
    {
      config: supervisors,
      schema: {
        params: Type.Object({ person: uuid() }),
        querystring: Type.Object({ on: Type.Optional(text(40)), known: Type.Optional(text(10)) }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const person =
        (await findPersonOfPrograms(db, request.params.person, viewer.supervised_program_ids)) ?? notFound()
      const today = dayOf(clock())
      const asked = askedDay(request.query, today)
      const { roster, facts } = await factsOfPeople(db, [person.id], asked.on, asked.asKnownOn)
      // The record has a course's short name for its address; people know it by its title.
      const events = (await listTimeline(db, person.id, viewer.supervised_program_ids)).map((event) =>
        event.kind === 'completed'
          ? { ...event, what: catalogue.courses.get(event.what)?.current.shortTitle ?? event.what }
          : event,
      )
      return reply.page('oversight/person', {
        ...personPage(person, roster, facts.get(person.id), viewer.supervised_program_ids, asked.on, events),
        asked,
        today,
        query: request.query,
        errors: asked.problem ? [{ field: 'on', message: asked.problem }] : [],
      })
    },
  )

  type Query = Readonly<
    Partial<Record<'program' | 'show' | 'search' | 'sort' | 'page' | 'on' | 'known', string>>
  >

  async function teamOf(viewer: Viewer, query: Query) {
    const programs = await listProgramsOf(db, viewer)
    const chosen = query.program
      ? programs.filter(({ program_id }) => program_id === query.program)
      : programs
    if (query.program && chosen.length === 0) return notFound()
    const today = dayOf(clock())
    const asked = askedDay(query, today)
    const ids = chosen.map(({ program_id }) => program_id)
    const rows =
      asked.on === today && !asked.asKnownOn ? await listTeam(db, ids, today) : await pastTeam(ids, asked)
    const errors = asked.problem ? [{ field: 'on', message: asked.problem }] : []
    return { viewer, today, programs, asked, rows, filter: filterOf(query), errors }
  }

  async function pastTeam(ids: readonly string[], { on, asKnownOn }: Asked): Promise<readonly TeamRow[]> {
    const roster = await rosterOn(db, ids, on, asKnownOn)
    const { facts } = await factsOfPeople(
      db,
      roster.people.map(({ person_id }) => person_id),
      on,
      asKnownOn,
    )
    return teamAsOf(roster, facts, on)
  }

  async function linesOf(viewer: Viewer, query: Query) {
    const { rows, filter, asked } = await teamOf(viewer, query)
    return filtered(rows, filter, asked.on).map((row) => teamLine(row, catalogue, asked.on))
  }
}

/** The day asked about, and what was known: now, or when that day ended. */
export type Asked = Readonly<{ on: Day; asKnownOn: Day | null; typed: string; problem: string | null }>

function askedDay(query: Readonly<{ on?: string; known?: string }>, today: Day): Asked {
  const typed = query.on?.trim() ?? ''
  const day = typed ? parseDay(typed) : today
  if (!day) return { on: today, asKnownOn: null, typed, problem: 'Write a day such as 3/15/2026.' }
  return { on: day, asKnownOn: query.known === 'then' ? day : null, typed, problem: null }
}

function filterOf(query: Readonly<Partial<Record<string, string>>>): TeamFilter {
  return {
    group: groups.find((group): group is Group => group === query.show) ?? null,
    search: query.search ?? '',
    sort: sorts.find((sort) => sort === query.sort) ?? 'name',
    page: Math.max(1, Number.parseInt(query.page ?? '1', 10) || 1),
  }
}

/** The page's own address with something changed, so that every filter can be kept and sent. */
const addressOf =
  (query: Readonly<Partial<Record<string, string>>>) =>
  (change: Partial<Record<string, string>>): string => {
    const params = new URLSearchParams()
    for (const [name, value] of Object.entries({ ...query, ...change })) if (value) params.set(name, value)
    const text = params.toString().replaceAll('%7Bpage%7D', '{page}')
    return text ? `/team?${text}` : '/team'
  }

const yearBefore = (today: Day): Day => `${Number(today.slice(0, 4)) - 1}-${today.slice(5, 7)}-01`
