import {
  confirmPresence,
  correctPresence,
  joinGroupSession,
} from '#server/classroom/group-sessions/group-presences.actions.ts'
import { endGroupSession, openGroupSession } from '#server/classroom/group-sessions/group-sessions.actions.ts'
import { findGroupSessionOf, findPresence } from '#server/classroom/group-sessions/group-sessions.queries.ts'
import { publishSession, register } from '#server/classroom/instructor-led/instructor-led.actions.ts'
import { scholarshipTraining } from '#server/classroom/scholarships/scholarship.ts'
import {
  askForScholarship,
  takeScholarshipStep,
} from '#server/classroom/scholarships/scholarships.actions.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import { addDays, type Day, dayOf } from '#server/lib/days.ts'
import type { Role, Viewer } from '#server/people/roles.ts'
import { instantOf } from '#server/programs/typed-form.ts'

/**
 * Demonstration data for the classroom: a past group session, an upcoming session with a waiting list
 * and a scholarship request. Created with the product's own actions, on dates relative to today.
 */
export async function fillDemoClassroom(db: Database, catalogue: Catalogue, now: Date): Promise<void> {
  const [sam, rae, kit, ada, mai, theo] = await Promise.all([
    viewerOf(db, 'sam@northstar.example', 'supervisor'),
    viewerOf(db, 'rae@northstar.example', 'program_admin'),
    viewerOf(db, 'kit@system.example', 'system_admin'),
    viewerOf(db, 'ada@northstar.example'),
    viewerOf(db, 'mai@northstar.example'),
    viewerOf(db, 'theo@northstar.example'),
  ])
  const program_id = sam.supervised_program_ids[0]
  if (!program_id) return
  const today = dayOf(now)
  await holdGroupSession(db, catalogue, { program_id, sam, mai, theo }, today)
  const session = await publishSession(db, rae, program_id, comingSession(rae, today), now)
  for (const person of [mai, theo, ada]) await register(db, person, session, now)
  await askAboutScholarship(db, { program_id, sam, kit }, today)
}

/** Three days ago: one learner confirmed their attendance, another left early. */
async function holdGroupSession(
  db: Database,
  catalogue: Catalogue,
  { program_id, sam, mai, theo }: Readonly<{ program_id: string; sam: Viewer; mai: Viewer; theo: Viewer }>,
  today: Day,
): Promise<void> {
  const course = catalogue.courses.get('residential-settings')?.current
  const module = course?.modules[0]
  if (!course || !module) return
  const at = (time: string) => new Date(instantOf(addDays(today, -3), time))
  const id = await openGroupSession(
    db,
    sam,
    {
      program_id,
      module: module.slug,
      place: 'Staff room',
      starts_at: at('14:00'),
      facilitator_id: sam.id,
    },
    course,
    at('13:40'),
  )
  const session = (await findGroupSessionOf(db, sam, id))!
  await joinGroupSession(db, theo, session, at('13:55'))
  await joinGroupSession(db, mai, session, at('13:58'))
  const { id: presence_id } = (await findPresence(db, id, mai.id))!
  const left = { presence_id, act: 'left', reason: 'Called to the floor.' } as const
  await correctPresence(db, catalogue, sam, session, left, at('14:30'))
  await confirmPresence(db, catalogue, theo, session, at('14:40'))
  await endGroupSession(db, catalogue, sam, session, { outcome: 'held', reason: '' }, at('14:45'))
  await db
    .updateTable('enrollments')
    .set({ started_at: at('14:40') })
    .where('person_id', '=', theo.id)
    .where('ended_at', 'is', null)
    .execute()
}

/** In two weeks, with two places: the third person who registers waits. */
function comingSession(rae: Viewer, today: Day): Parameters<typeof publishSession>[3] {
  const starts = instantOf(addDays(today, 16), '09:00')
  const ends = instantOf(addDays(today, 16), '12:00')
  return {
    training: '',
    title: 'When a young person talks about what happens online',
    code: '',
    provider: 'Example Training Collaborative',
    instructor: 'Robin Example',
    instructor_id: null,
    place: 'Birch Falls library, room 2',
    link: '',
    is_for_all: false,
    audience: 'Youth workers and night staff',
    contact: rae.email ?? '',
    about: 'How exploitation happens online, and how to listen when a young person starts to talk about it.',
    mastery: 'Pairs discuss cases, and each person writes down what they would do.',
    is_human_trafficking: true,
    meetings: [{ starts_at: starts, ends_at: ends }],
    starts_at: new Date(starts),
    ends_at: new Date(ends),
    hours: 3,
    places: 2,
    closes_at: new Date(instantOf(addDays(today, 14), '23:59')),
    minutes_may_miss: 30,
  }
}

async function askAboutScholarship(
  db: Database,
  { program_id, sam, kit }: Readonly<{ program_id: string; sam: Viewer; kit: Viewer }>,
  today: Day,
): Promise<void> {
  const asked = new Date(instantOf(addDays(today, -2), '10:00'))
  const answered = new Date(instantOf(addDays(today, -1), '15:00'))
  const request = await askForScholarship(
    db,
    sam,
    {
      training: scholarshipTraining,
      program_id,
      trainee: 'Mai Vang',
      why: 'We want to begin a prevention group this winter, and no one here is trained to lead it yet.',
      contact: sam.email ?? '',
    },
    asked,
  )
  const question = 'How many young people will be in the group?'
  await takeScholarshipStep(db, kit, request, 'asked', question, answered)
}

/** A cast member as a signed-in viewer with their role. */
async function viewerOf(db: Database, email: string, role?: Role): Promise<Viewer> {
  const person = await db
    .selectFrom('people')
    .select(['id', 'name', 'email', 'created_at'])
    .where('email', '=', email)
    .executeTakeFirstOrThrow()
  const grants = await db
    .selectFrom('roles')
    .select(['id', 'program_id', 'holder_id'])
    .where('person_id', '=', person.id)
    .execute()
  const programs = grants.flatMap(({ program_id }) => program_id ?? [])
  return {
    id: person.id,
    name: person.name,
    email: person.email,
    grants: role ? grants.map((grant) => ({ role, last_used_on: null, ...grant })) : [],
    supervised_program_ids: programs,
    administered_program_ids: role === 'program_admin' ? programs : [],
    trained_program_ids: role === 'program_admin' ? programs : [],
    unread_notices: 0,
    last_active_on: null,
    owes_data_notice: false,
    has_account_news: false,
    confirmed_at: person.created_at,
    session_seconds_left: 0,
    has_second_factor: false,
    reading: null,
  }
}
