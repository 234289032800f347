import { Type } from 'typebox'
import { listCertificatesForPrograms } from '#server/certificates/certificates/queries.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { FindOffered, Offered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { listSharedCommitments } from '#server/learning/commitments.queries.ts'
import { findFastCompletions } from '#server/learning/engagement.actions.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { supervisorKinds } from '#server/notices/kinds.ts'
import { type Asked, askedDay } from '#server/oversight/team/asked-day.ts'
import { addressOf } from '#server/oversight/team/bulk-changes/team-address.ts'
import { certificatesZip } from '#server/oversight/team/exports/certificates-zip.ts'
import {
  collectStaffCertificates,
  openStaffCertificate,
} from '#server/oversight/team/exports/staff-certificates.actions.ts'
import { listLearningOn, listUnderWayOn } from '#server/oversight/team/learning-on.queries.ts'
import {
  findPersonEverOf,
  findPersonOfPrograms,
  type PersonOfPrograms,
} from '#server/oversight/team/team.queries.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { findLastDay } from '#server/programs/own-time.queries.ts'
import { findRosterOf } from '#server/programs/queries.ts'
import {
  findPersonOnRoster,
  listAssignments,
} from '#server/programs/roster/employment/assignments.queries.ts'
import { listRecordRows } from '#server/programs/roster/employment/history.queries.ts'
import { historyOf } from '#server/programs/roster/employment/history.ts'
import { listRolesHere } from '#server/programs/roster/employment/roles.queries.ts'
import { type RosterRecord, rosterRecord } from '#server/programs/roster/employment/roster-record.ts'
import { listOpenStandings, remindPerson } from '#server/standings/reminders/reminders.actions.ts'
import { listSentReminders } from '#server/standings/reminders/reminders.queries.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { listOutsideTrainingsOf } from '#server/training/outside.queries.ts'
import { listProgramFindings } from '#server/training/program-requirements/program-findings.actions.ts'
import { listProgramTrainings } from '#server/training/program-requirements/program-requirements.queries.ts'
import { listSubmissionsBy } from '#server/training/program-requirements/submissions.queries.ts'
import { found, notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { confirmCompletion } from './confirmations.actions.ts'
import { assignCourse } from './course-assignments.actions.ts'
import { doneWords } from './done-words.ts'
import { ownRequirements } from './own-requirements.ts'
import { personActions } from './person-actions.ts'
import { type CourseUnderWay, personPage } from './person-page.ts'
import { personSummary } from './person-summary.ts'
import { remindersPage } from './sent-reminders.ts'
import { listTimeline } from './timeline.queries.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  offered: FindOffered
  clock: () => Date
  config: Readonly<{ keysFile: string }>
}>

/** Everything about one person for those who look after them, and what to do about it. Never answers or scores. */
export async function personRoutes(
  app: App,
  { db, catalogue, offered, clock, config }: Needs,
): Promise<void> {
  const supervisors = { policy: ['supervisor', 'program_admin'] } as const
  const params = Type.Object({ person: uuid() })
  const certificates = { db, keysFile: config.keysFile }
  const query = Type.Object({
    on: Type.Optional(text(40)),
    known: Type.Optional(text(10)),
    done: Type.Optional(text(20)),
  })

  app.get(
    '/team/:person',
    { config: supervisors, schema: { params, querystring: query } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { supervised_program_ids } = viewer
      const person = (await findPersonEverOf(db, request.params.person, supervised_program_ids)) ?? notFound()
      if (person.merged_into) return reply.redirect(`/team/${person.merged_into}`)
      const today = dayOf(clock())
      const { done = '', ...day } = request.query
      const asked = askedDay(day, today)
      const isNow = asked.on === today && !asked.asKnownOn
      const rosters = isNow ? await rostersOf(viewer, person, today) : []
      const shared = {
        person,
        rosters,
        today,
        asked,
        isNow,
        doneWords: doneWords.get(done) ?? null,
        query: day,
      }
      if (!person.is_on_record)
        return reply.page('oversight/team/person-removed', { ...shared, title: person.name })
      const leftOn = await findLastDay(db, person.id, supervised_program_ids, today)
      const { on: until } = untilTheyLeft(asked, leftOn)
      const certified = await listCertificatesForPrograms(db, [person.id], supervised_program_ids)
      const reminders = await remindersOf(viewer, person.id, today)
      const courses = await offered()
      return reply.page('oversight/team/person', {
        ...(await recordOf(viewer, person, { ...asked, on: until }, courses)),
        ...shared,
        leftOn,
        certificates: certified.filter(({ facts }) => facts.completed_on <= until),
        trainings: (await listOutsideTrainingsOf(db, viewer, person.id)).filter(
          ({ completed_on }) => completed_on <= until,
        ),
        commitments: (await listSharedCommitments(db, person.id)).filter(
          ({ made_at }) => dayOf(made_at) <= until,
        ),
        ...(await fastOf(viewer, person.id, until)),
        own: await ownOf(viewer, person.id, { ...asked, on: until }),
        reminders,
        actions: personActions(viewer, person, rosters, certified, courses, today),
        sameDay: addressOf(day)({}).replace('/team', ''),
        errors: asked.problem ? [{ field: 'on', message: asked.problem }] : [],
      })
    },
  )

  // A row of the team opens this in place. Without a script, it links to the person's page.
  app.get(
    '/team/:person/summary',
    { config: supervisors, schema: { params, querystring: query } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const person = await theirs(viewer, request.params.person)
      const today = dayOf(clock())
      const { done, ...day } = request.query
      const sameDay = addressOf(day)({}).replace('/team', '')
      if (request.headers['hx-request'] !== 'true') return reply.redirect(`/team/${person.id}${sameDay}`)
      const asked = askedDay(day, today)
      const leftOn = await findLastDay(db, person.id, viewer.supervised_program_ids, today)
      const page = await recordOf(viewer, person, untilTheyLeft(asked, leftOn), await offered())
      return reply.partial('oversight/team/_person-summary', { ...personSummary(page), sameDay })
    },
  )

  app.get(
    '/team/:person/certificates/:number.pdf',
    {
      config: supervisors,
      schema: {
        params: Type.Object({ person: uuid(), number: Type.String({ pattern: '^SH-[0-9]{6,12}$' }) }),
      },
    },
    async (request, reply) => {
      const { person, number } = request.params
      const pdf = await openStaffCertificate(certificates, viewerOf(request), person, number, clock())
      return reply
        .type('application/pdf')
        .header('content-disposition', `attachment; filename="certificate-${number}.pdf"`)
        .send(pdf ?? notFound())
    },
  )

  app.get(
    '/team/:person/certificates.zip',
    { config: supervisors, schema: { params } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const person = await theirs(viewer, request.params.person)
      const files = await collectStaffCertificates(certificates, viewer, [person.id], clock())
      if (files.length === 0) return notFound()
      return reply
        .type('application/zip')
        .header('content-disposition', 'attachment; filename="certificates.zip"')
        .send(Buffer.from(certificatesZip(files, clock())))
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
      const { completion } = request.params
      const { id: personId } = await theirs(viewer, request.params.person)
      const note = request.body.note.trim()
      // The browser asks for the note before it sends the form.
      if (note) found(await confirmCompletion(db, viewer, { id: completion, personId }, note, clock()))
      return reply.redirect(`/team/${personId}#fast`, 303)
    },
  )

  app.post('/team/:person/reminders', { config: supervisors, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const person = await theirs(viewer, request.params.person)
    if (person.id === viewer.id) return notFound()
    const { kind } = await remindPerson(db, viewer, person.id, clock())
    return reply.redirect(`/team/${person.id}?done=${kind}`, 303)
  })

  app.post(
    '/team/:person/courses',
    { config: supervisors, schema: { params, body: form({ course: text(80) }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const person = await theirs(viewer, request.params.person)
      const course = (await offered()).catalogue.courses.get(request.body.course)
      if (!course || person.id === viewer.id) return notFound()
      const { slug, current } = course
      const { kind } = await assignCourse(db, viewer, person.id, { slug, title: current.shortTitle }, clock())
      return reply.redirect(`/team/${person.id}?done=${kind}`, 303)
    },
  )

  const theirs = async (viewer: Viewer, personId: string): Promise<PersonOfPrograms> =>
    (await findPersonOfPrograms(db, personId, viewer.supervised_program_ids)) ?? notFound()

  async function recordOf(viewer: Viewer, person: PersonOfPrograms, asked: Asked, courses: Offered) {
    const { supervised_program_ids } = viewer
    const { roster, facts } = await factsOfPeople(db, [person.id], asked.on, asked.asKnownOn)
    const timeline = await listTimeline(db, person.id, supervised_program_ids, asked.asKnownOn)
    // Events have the course's slug. People know its title.
    const events = timeline.map((event) =>
      event.kind === 'completed'
        ? { ...event, what: catalogue.courses.get(event.what)?.current.shortTitle ?? event.what }
        : event,
    )
    const underWay = await listUnderWayOn(db, person.id, asked.on)
    const active =
      asked.on < dayOf(clock())
        ? (await listLearningOn(db, [person.id], asked.on, asked.asKnownOn)).get(person.id)
        : person
    return personPage(
      { ...person, last_active_on: active?.last_active_on ?? null },
      { roster, facts: facts.get(person.id) },
      supervised_program_ids,
      asked,
      dayOf(clock()),
      { events, courses: underWay.flatMap((one) => courseUnderWay(one, courses)) },
    )
  }

  /** What each of the viewer's programs has on its roster about a person. */
  async function rostersOf(viewer: Viewer, { id, program_ids }: PersonOfPrograms, today: Day) {
    const records: RosterRecord[] = []
    for (const programId of viewer.supervised_program_ids.filter((one) => program_ids.includes(one))) {
      const person = await findPersonOnRoster(db, programId, id)
      const place = person && (await findRosterOf(db, viewer, programId, today))
      if (!place) continue
      const [assignments, rows, roles] = await Promise.all([
        listAssignments(db, programId, [id]),
        listRecordRows(db, programId, id),
        listRolesHere(db, programId),
      ])
      const held = roles.filter(({ person_id }) => person_id === id)
      records.push(
        rosterRecord(
          place.program,
          viewer,
          person,
          { assignments, history: historyOf(rows), roles: held },
          today,
        ),
      )
    }
    return records
  }

  /** The programs' own requirements, apart from the law's. */
  async function ownOf(viewer: Viewer, personId: string, { on, asKnownOn }: Asked) {
    const programs = viewer.supervised_program_ids
    const [findings, trainings, submissions] = await Promise.all([
      listProgramFindings(db, programs, { on, asKnownOn }, [personId]),
      listProgramTrainings(db, personId, programs),
      listSubmissionsBy(db, personId, programs),
    ])
    return ownRequirements(findings, trainings, submissions, on)
  }

  const fastOf = async (viewer: Viewer, personId: string, until: Day) => {
    const known = await findFastCompletions(db, personId)
    const fast = known
      .filter(({ completed_on }) => completed_on <= until)
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
    const sent = await listSentReminders(db, personId, supervisorKinds)
    const standings = await listOpenStandings(db, viewer, personId, today)
    return remindersPage(sent, today, standings.length > 0)
  }

  function courseUnderWay(
    { course, version, started_on, passed }: Awaited<ReturnType<typeof listUnderWayOn>>[number],
    { catalogue: begun, cannotCount }: Offered,
  ): readonly CourseUnderWay[] {
    const taken = begun.courses.get(course)?.versions.get(version)
    if (!taken) return []
    const modules = taken.modules.map(({ slug, number, title }) => ({
      number,
      title,
      passedOn: passed[slug] ?? null,
    }))
    return [{ title: taken.shortTitle, startedOn: started_on, cannotCount: cannotCount(taken), modules }]
  }
}

/** After their last day here, what someone does is no longer this team's to see. */
const untilTheyLeft = (asked: Asked, leftOn: Day | null): Asked =>
  leftOn !== null && asked.on > leftOn ? { ...asked, on: leftOn } : asked
