import { Type } from 'typebox'
import { listLatestCertificates } from '#server/certificates/certificates/queries.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { recordExport } from '#server/ledger/actions.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { addressOf, teamAddress } from '#server/oversight/team/bulk-changes/team-address.ts'
import { toldWords } from '#server/oversight/team/bulk-changes/told.ts'
import { type FindEmployeeId, teamCsv, teamXlsx } from '#server/oversight/team/exports/team-export.ts'
import { listViews } from '#server/oversight/team/saved-views/saved-views.queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { type Roster, rosterOn } from '#server/programs/roster/employment/roster.queries.ts'
import { changesFor } from '#server/programs/roster/list/bulk-change-names.ts'
import { listEmployeeIds, listProgramsOf, type ProgramName } from '#server/standings/clearance.queries.ts'
import { rulesRevision } from '#server/standings/rules-revision.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { summaryOf } from '#server/training/program-requirements/program-finding-words.ts'
import { listProgramFindings } from '#server/training/program-requirements/program-findings.actions.ts'
import type { ProgramFinding } from '#server/training/program-requirements/program-requirement.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text } from '#server/web/routes.ts'
import { type Asked, askedDay } from './asked-day.ts'
import { forecast, forecastChart, forecastTitle, monthLinks } from './forecast.ts'
import { listLearningOn } from './learning-on.queries.ts'
import { listTeam, listUnderWay, type TeamRow } from './team.queries.ts'
import { filtered } from './team.ts'
import { teamAsOf } from './team-as-of.ts'
import { teamFilter } from './team-filter.ts'
import { type TeamLine, teamLine, withProgress } from './team-line.ts'
import { teamPage } from './team-page.ts'

type Needs = Readonly<{ db: Database; offered: FindOffered; clock: () => Date }>

/** Team pages for supervisors: who is cleared, who needs attention, what is coming, and the same for past days. */
export async function teamRoutes(app: App, { db, offered, clock }: Needs): Promise<void> {
  const supervisors = { policy: ['supervisor', 'program_admin'] } as const
  const querystring = Type.Object({
    program: Type.Optional(text(40)),
    show: Type.Optional(text(20)),
    search: Type.Optional(text(200)),
    sort: Type.Optional(text(20)),
    page: Type.Optional(text(10)),
    on: Type.Optional(text(40)),
    known: Type.Optional(text(10)),
    role: Type.Optional(text()),
    unit: Type.Optional(text()),
    worker: Type.Optional(text(20)),
    what: Type.Optional(text(10)),
    month: Type.Optional(text(7)),
    own: Type.Optional(text(20)),
    told: Type.Optional(text(40)),
  })

  app.get('/team', { config: supervisors, schema: { querystring } }, async (request, reply) => {
    const { viewer, today, programs, asked, rows, filter, errors } = await teamOf(
      viewerOf(request),
      request.query,
    )
    const address = addressOf(request.query)
    const months = forecast(rows, asked.on)
    const { program } = request.query
    const page = teamPage(rows, { programs, program, filter, on: asked.on, today, address })
    const shown = [...page.needs, ...page.lines].map(({ person_id }) => person_id)
    const [lines, certificates, views] = await Promise.all([
      linesWithProgress(page.lines, asked),
      listLatestCertificates(db, shown, viewer.supervised_program_ids),
      listViews(db, viewer.id),
    ])
    const data = {
      ...page,
      lines,
      certificates,
      canCheck: asked.on === today && !asked.asKnownOn,
      told: toldWords(request.query.told),
      back: backOf(address),
      views: views.map((view) => ({
        ...view,
        isHere: view.query === teamAddress(backOf(address), '').split('?')[1],
      })),
      changes: changesFor(viewer, page.hasLicensed).filter(({ change }) => change !== 'leave'),
      shiftPrograms: programs.filter(({ checks_shifts }) => checks_shifts),
      administered: programs.find(({ program_id }) => viewer.administered_program_ids.includes(program_id)),
      errors,
      asked,
      today,
      query: request.query,
      viewer,
      months: months.map((month) => ({ ...month, ...monthLinks(month.month, address) })),
      chart: { ...forecastChart(months), title: forecastTitle(months, asked.on === today) },
    }
    const wantsTable =
      request.headers['hx-request'] === 'true' && request.headers['hx-target'] === 'div#team-table'
    return wantsTable
      ? reply.partial('oversight/team/_team-table', data)
      : reply.page('oversight/team/team', data)
  })

  app.get('/team.csv', { config: supervisors, schema: { querystring } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const { lines, asked } = await linesOf(viewer, request.query)
    await recordTeamExport(viewer, 'csv', asked.on, lines)
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="team-${asked.on}.csv"`)
      .send(teamCsv(lines, asked, await employeeIdsOf(lines)))
  })

  app.get('/team.xlsx', { config: supervisors, schema: { querystring } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const { lines, asked } = await linesOf(viewer, request.query)
    await recordTeamExport(viewer, 'xlsx', asked.on, lines)
    return reply
      .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
      .header('content-disposition', `attachment; filename="team-${asked.on}.xlsx"`)
      .send(await teamXlsx(lines, asked, await employeeIdsOf(lines)))
  })

  const recordTeamExport = (
    viewer: Viewer,
    format: 'csv' | 'xlsx',
    on: Day,
    lines: readonly Readonly<{ program_id: string; person_id: string }>[],
  ) =>
    recordExport(db, {
      by: viewer.id,
      subject: `team:${viewer.id}`,
      at: clock(),
      facts: {
        what: 'team',
        format,
        on,
        people: new Set(lines.map(({ person_id }) => person_id)).size,
        program_ids: [...new Set(lines.map(({ program_id }) => program_id))],
      },
    })

  type Query = Readonly<
    Partial<
      Record<
        | 'program'
        | 'show'
        | 'search'
        | 'sort'
        | 'page'
        | 'on'
        | 'known'
        | 'role'
        | 'unit'
        | 'worker'
        | 'what'
        | 'month'
        | 'own',
        string
      >
    >
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
    const [law, findings] = await Promise.all([
      isToday ? teamToday(chosen, today) : pastTeam(chosen, asked),
      listProgramFindings(db, chosen.map(idOf), asked),
    ])
    const rows = withOwn(law, findings)
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

  async function employeeIdsOf(lines: readonly TeamLine[]): Promise<FindEmployeeId> {
    const programs = [...new Set(lines.map(({ program_id }) => program_id))]
    const ids = new Map(
      await Promise.all(programs.map(async (id) => [id, await listEmployeeIds(db, id)] as const)),
    )
    return ({ person_id, program_id }) => ids.get(program_id)?.get(person_id) ?? null
  }

  async function linesOf(viewer: Viewer, query: Query) {
    const { rows, filter, asked } = await teamOf(viewer, query)
    const lines = filtered(rows, filter, asked.on).map((row) => teamLine(row, asked.on))
    return { asked, lines: await linesWithProgress(lines, asked) }
  }

  /** Only rows that are shown need the course under way. */
  async function linesWithProgress(lines: readonly TeamLine[], { on, asKnownOn }: Asked) {
    const people = [...new Set(lines.map(({ person_id }) => person_id))]
    const courses = await offered()
    if (on === dayOf(clock()) && !asKnownOn) {
      const underWay = await listUnderWay(db, people)
      return lines.map((line) => withProgress(line, underWay.get(line.person_id), courses))
    }
    const learning = await listLearningOn(db, people, on, asKnownOn)
    return lines.map((line) => withProgress(line, learning.get(line.person_id)?.under_way, courses))
  }
}

const backOf = (address: ReturnType<typeof addressOf>) => address({}).replace(/^\/team\??/, '')

/** The rows with what their programs ask beyond the law, which changes no verdict. */
function withOwn(rows: readonly TeamRow[], findings: readonly ProgramFinding[]): readonly TeamRow[] {
  if (findings.length === 0) return rows
  const of = Map.groupBy(findings, placeOf)
  return rows.map((row) => ({ ...row, own: summaryOf(of.get(placeOf(row)) ?? []) }))
}

const idOf = ({ program_id }: ProgramName) => program_id
const placeOf = ({ person_id, program_id }: Pick<TeamRow, 'person_id' | 'program_id'>) =>
  `${person_id} ${program_id}`
