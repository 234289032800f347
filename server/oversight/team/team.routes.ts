import { Type } from 'typebox'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { FindOffered, Offered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { listSharedCommitments } from '#server/learning/commitments.queries.ts'
import { listFastCompletions } from '#server/learning/engagement.queries.ts'
import { type Day, dayOf, parseDay } from '#server/lib/days.ts'
import { remindingKinds } from '#server/notices/kinds.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { findLastDay } from '#server/programs/own-time.queries.ts'
import { type Roster, rosterOn } from '#server/programs/roster/roster.queries.ts'
import { listProgramsOf, type ProgramName } from '#server/standings/clearance.queries.ts'
import { listOpenStandings, remindPerson } from '#server/standings/reminders/reminders.actions.ts'
import { listSentReminders } from '#server/standings/reminders/reminders.queries.ts'
import { rulesRevision } from '#server/standings/rules-revision.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { found, notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { confirmCompletion } from './confirmations.actions.ts'
import { forecast, forecastChart, forecastTitle } from './forecast.ts'
import { listLearningOn, listUnderWayOn } from './learning-on.queries.ts'
import { type CourseUnderWay, personPage } from './person-page.ts'
import { remindersPage } from './sent-reminders.ts'
import { findPersonOfPrograms, listTeam, type TeamRow } from './team.queries.ts'
import { filtered } from './team.ts'
import { teamAsOf } from './team-as-of.ts'
import { teamCsv, teamXlsx } from './team-export.ts'
import { addressOf, teamFilter } from './team-filter.ts'
import { teamLine, teamPage } from './team-page.ts'
import { listTimeline } from './timeline.queries.ts'

type Needs = Readonly<{ db: Database; catalogue: Catalogue; offered: FindOffered; clock: () => Date }>

/** Team pages for supervisors: who is cleared, who needs attention, what is coming, and the same for past days. */
export async function teamRoutes(app: App, { db, catalogue, offered, clock }: Needs): Promise<void> {
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
    const months = forecast(rows, asked.on)
    const data = {
      ...teamPage(programs, request.query.program, rows, filter, await offered(), asked.on, today, address),
      errors,
      asked,
      today,
      query: request.query,
      viewer,
      months,
      chart: { ...forecastChart(months), title: forecastTitle(months, asked.on === today) },
    }
    const wantsTable =
      request.headers['hx-request'] === 'true' && request.headers['hx-target'] === 'div#team-table'
    return wantsTable
      ? reply.partial('oversight/team/_team-table', data)
      : reply.page('oversight/team/team', data)
  })

  app.get('/team.csv', { config: supervisors, schema: { querystring } }, async (request, reply) => {
    const { lines, asked } = await linesOf(viewerOf(request), request.query)
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="team-${asked.on}.csv"`)
      .send(teamCsv(lines, asked))
  })

  app.get('/team.xlsx', { config: supervisors, schema: { querystring } }, async (request, reply) => {
    const { lines, asked } = await linesOf(viewerOf(request), request.query)
    return reply
      .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
      .header('content-disposition', `attachment; filename="team-${asked.on}.xlsx"`)
      .send(await teamXlsx(lines, asked))
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
      const leftOn = await findLastDay(db, person.id, viewer.supervised_program_ids, today)
      // After their last day here, what they do is no longer this team's to see.
      const on = leftOn !== null && asked.on > leftOn ? leftOn : asked.on
      const { roster, facts } = await factsOfPeople(db, [person.id], on, asked.asKnownOn)
      const active = leftOn
        ? (await listLearningOn(db, [person.id], on, asked.asKnownOn)).get(person.id)
        : person
      // Events have the course's slug. People know its title.
      const timeline = await listTimeline(db, person.id, viewer.supervised_program_ids, asked.asKnownOn)
      const events = timeline.map((event) =>
        event.kind === 'completed'
          ? { ...event, what: catalogue.courses.get(event.what)?.current.shortTitle ?? event.what }
          : event,
      )
      const [underWay, courses] = await Promise.all([listUnderWayOn(db, person.id, on), offered()])
      return reply.page('oversight/team/person', {
        ...personPage(
          { ...person, last_active_on: active?.last_active_on ?? null },
          roster,
          facts.get(person.id),
          viewer.supervised_program_ids,
          on,
          on === today && !asked.asKnownOn,
          events,
          underWay.flatMap((one) => courseUnderWay(one, courses)),
        ),
        leftOn,
        commitments: (await listSharedCommitments(db, person.id)).filter(
          ({ made_at }) => dayOf(made_at) <= on,
        ),
        ...(await fastOf(viewer, person.id, on)),
        reminders: await remindersOf(viewer, person.id, today),
        asked,
        today,
        query: request.query,
        sameDay: addressOf(request.query)({}).replace('/team', ''),
        errors: asked.problem ? [{ field: 'on', message: asked.problem }] : [],
      })
    },
  )

  app.post(
    '/team/:person/completions/:completion/confirmation',
    {
      config: supervisors,
      schema: {
        params: Type.Object({ person: uuid(), completion: uuid() }),
        body: form({ note: text(1000) }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { person, completion } = request.params
      ;(await findPersonOfPrograms(db, person, viewer.supervised_program_ids)) ?? notFound()
      const note = request.body.note.trim()
      const completed = { id: completion, personId: person }
      // The browser asks for the note before it sends the form.
      if (note) found(await confirmCompletion(db, viewer, completed, note, clock()))
      return reply.redirect(`/team/${person}#fast`, 303)
    },
  )

  const fastOf = async (viewer: Viewer, personId: string, on: Day) => {
    const known = await listFastCompletions(db, personId)
    const fast = known
      .filter(({ completed_on }) => completed_on <= on)
      .map((one) => ({
        ...one,
        title: catalogue.courses.get(one.course)?.current.shortTitle ?? one.course,
        isConfirmed: one.confirmed.some(({ program_id }) =>
          viewer.supervised_program_ids.includes(program_id),
        ),
      }))
    return { fast, mayConfirm: viewer.id !== personId }
  }

  const remindersOf = async (viewer: Viewer, personId: string, today: Day) => {
    const sent = await listSentReminders(db, personId, remindingKinds)
    const standings = await listOpenStandings(db, viewer, personId, today)
    return remindersPage(sent, today, standings.length > 0)
  }

  app.post(
    '/team/:person/reminders',
    { config: supervisors, schema: { params: Type.Object({ person: uuid() }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { supervised_program_ids } = viewer
      const person =
        (await findPersonOfPrograms(db, request.params.person, supervised_program_ids)) ?? notFound()
      await remindPerson(db, viewer, person.id, clock())
      return reply.redirect(`/team/${person.id}#reminders`, 303)
    },
  )

  function courseUnderWay(
    { course, version, started_on, passed }: Awaited<ReturnType<typeof listUnderWayOn>>[number],
    { catalogue, cannotCount }: Offered,
  ): readonly CourseUnderWay[] {
    const text = catalogue.courses.get(course)?.versions.get(version)
    if (!text) return []
    const modules = text.modules.map(({ slug, number, title }) => ({
      number,
      title,
      passedOn: passed[slug] ?? null,
    }))
    return [{ title: text.shortTitle, startedOn: started_on, cannotCount: cannotCount(text), modules }]
  }

  type Query = Readonly<
    Partial<Record<'program' | 'show' | 'search' | 'sort' | 'page' | 'on' | 'known', string>>
  >

  async function teamOf(viewer: Viewer, query: Query) {
    const today = dayOf(clock())
    const asked = askedDay(query, today)
    const programs = await listProgramsOf(db, viewer, asked.on)
    const chosen = query.program
      ? programs.filter(({ program_id }) => program_id === query.program)
      : programs
    if (query.program && chosen.length === 0) return notFound()
    const isToday = asked.on === today && !asked.asKnownOn
    const rows = isToday ? await teamToday(chosen, today) : await pastTeam(chosen, asked)
    const errors = asked.problem ? [{ field: 'on', message: asked.problem }] : []
    return { viewer, today, programs, asked, rows, filter: teamFilter(query), errors }
  }

  /** The stored rows, with stale verdicts recalculated. */
  async function teamToday(programs: readonly ProgramName[], today: Day): Promise<readonly TeamRow[]> {
    const rows = await listTeam(db, programs, today, rulesRevision)
    const stale = new Set(rows.filter((row) => row.is_stale).map(({ person_id }) => person_id))
    if (stale.size === 0) return rows
    const roster = await rosterOn(db, programs.map(idOf), today)
    const some = { ...roster, people: roster.people.filter(({ person_id }) => stale.has(person_id)) }
    const computed = new Map(
      (await computedTeam(some, { on: today, asKnownOn: null })).map((row) => [placeOf(row), row]),
    )
    return rows.map((row) => computed.get(placeOf(row)) ?? row)
  }

  const pastTeam = async (
    programs: readonly ProgramName[],
    { on, asKnownOn }: Asked,
  ): Promise<readonly TeamRow[]> =>
    computedTeam(await rosterOn(db, programs.map(idOf), on, asKnownOn), { on, asKnownOn })

  async function computedTeam(
    roster: Roster,
    { on, asKnownOn }: Pick<Asked, 'on' | 'asKnownOn'>,
  ): Promise<readonly TeamRow[]> {
    const people = roster.people.map(({ person_id }) => person_id)
    const { facts } = await factsOfPeople(db, people, on, asKnownOn)
    const learning = await listLearningOn(db, people, on, asKnownOn)
    return teamAsOf({ roster, facts, learning }, on)
  }

  async function linesOf(viewer: Viewer, query: Query) {
    const [{ rows, filter, asked }, courses] = await Promise.all([teamOf(viewer, query), offered()])
    return { asked, lines: filtered(rows, filter, asked.on).map((row) => teamLine(row, courses, asked.on)) }
  }
}

const idOf = ({ program_id }: ProgramName) => program_id
const placeOf = ({ person_id, program_id }: TeamRow) => `${person_id} ${program_id}`

/** The “As of” day, and which record to read: as known now, or as known at the end of that day. */
export type Asked = Readonly<{ on: Day; asKnownOn: Day | null; typed: string; problem: string | null }>

function askedDay(query: Readonly<{ on?: string; known?: string }>, today: Day): Asked {
  const typed = query.on?.trim() ?? ''
  const day = typed ? parseDay(typed) : today
  if (!day) return { on: today, asKnownOn: null, typed, problem: 'Enter a date like 3/15/2026.' }
  return { on: day, asKnownOn: query.known === 'then' ? day : null, typed, problem: null }
}
