import { randomBytes } from 'node:crypto'
import { notify, preferencesOf } from '#server/notices/actions.ts'
import { createLink } from '#server/people/actions.ts'
import { tokenHash } from '#server/people/links.ts'
import { createSessions } from '#server/people/sessions.ts'
import { assignmentOf, programId } from '#test/programs/programs.ts'
import type { Client, World } from './app.ts'
import { personId } from './cast.ts'
import { readModule } from './taking.ts'

/** The value for a route parameter, such as `:program`. */
type Ids = Readonly<Record<string, string>>

type House = Readonly<{
  program: string
  learner: string
  admin: Client
  supervisor: Client
}>

const houses = {
  own: {
    program: 'North Star House',
    learner: 'mai@northstar.example',
    admin: 'rae@northstar.example',
    supervisor: 'sam@northstar.example',
  },
  // Olu is made an administrator, too.
  other: {
    program: 'Lakeside Home',
    learner: 'ivy@lakeside.example',
    admin: 'olu@lakeside.example',
    supervisor: 'olu@lakeside.example',
  },
}

/** North Star and Lakeside, with one of everything each. */
export async function twoHouses(world: World): Promise<Readonly<{ own: Ids; other: Ids }>> {
  const { db } = world
  const olu = await personId(db, houses.other.admin)
  const lakeside = await programId(db, houses.other.program)
  await db
    .insertInto('roles')
    .values({ person_id: olu, role: 'program_admin', program_id: lakeside })
    .execute()
  return { own: await fullHouse(world, houses.own), other: await fullHouse(world, houses.other) }
}

/** An address with its ids in place: what `value` gives for each, asked with the parts before it (`leave/period`). */
export const addressOf = (url: string, value: (name: string) => string): string =>
  url.replaceAll(
    /((?:[\w-]+\/)*):(\w+)/g,
    (_, before: string, name: string) => `${before}${value(`${before}${name}`)}`,
  )

/** The id of that name, by as many of the parts before it as tell it from others of the name. */
export function idFor(ids: Ids, name: string): string {
  for (let rest = name; ; rest = rest.slice(rest.indexOf('/') + 1)) {
    const id = ids[rest]
    if (id !== undefined) return id
    // Of what a house doesn't hold, only the status lists answer to a word.
    if (!rest.includes('/')) return 'revocation'
  }
}

/** One of everything that belongs to a program and its people, made through the pages where they can make it. */
async function fullHouse(
  world: World,
  names: Readonly<{ program: string; learner: string; admin: string; supervisor: string }>,
): Promise<Ids> {
  const program = await programId(world.db, names.program)
  const learner = await personId(world.db, names.learner)
  const house = {
    ...names,
    program,
    supervisor: await world.as(names.supervisor),
    admin: await world.as(names.admin),
  }
  return {
    ...(await rosterIds(world, house, names.program)),
    ...(await accountIds(world, learner, names.learner, house)),
    ...(await classroomIds(world, house)),
    ...(await learningIds(world, learner, names.learner)),
    ...(await licensingIds(world, house)),
  }
}

async function rosterIds({ db }: World, { program, learner, admin }: House, name: string): Promise<Ids> {
  const { assignment_id, person_id } = await assignmentOf(db, learner, name)
  const base = `/programs/${program}`
  await admin.post(`${base}/tokens`, { label: 'Scheduling' })
  const leave = await db
    .insertInto('leave_periods')
    .values({ assignment_id, from_on: '2026-10-01', to_on: '2026-10-07' })
    .returning('period_id')
    .executeTakeFirstOrThrow()
  const person = await db
    .insertInto('people')
    .values({ name: 'Second Supervisor', email: `second.${program}@x.example` })
    .returning('id')
    .executeTakeFirstOrThrow()
  const role = await db
    .insertInto('roles')
    .values({ person_id: person.id, role: 'supervisor', program_id: program })
    .returning('id')
    .executeTakeFirstOrThrow()
  const file = await db
    .insertInto('roster_imports')
    .values({
      program_id: program,
      created_by: person_id,
      created_at: new Date('2026-11-01T12:00:00Z'),
      file_name: 'roster.csv',
      sha256: 'a'.repeat(64),
      state: 'changed-meanwhile',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const trainings = await db
    .insertInto('training_imports')
    .values({
      program_id: program,
      created_by: person_id,
      created_at: new Date('2026-11-01T12:00:00Z'),
      file_name: 'trainings.zip',
      state: 'checked',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const rowOf = async (table: 'program_details' | 'license_statuses' | 'certifications') =>
    (await db.selectFrom(table).select('period_id').where('program_id', '=', program).executeTakeFirst())
      ?.period_id ?? ''
  const contact = await db
    .selectFrom('contact_periods')
    .select('period_id')
    .where('assignment_id', '=', assignment_id)
    .executeTakeFirstOrThrow()
  await db.updateTable('programs').set({ checks_shifts: true }).where('id', '=', program).execute()
  const checked = new Date('2026-11-23T17:00:00Z')
  const view = await db
    .insertInto('team_views')
    .values({ person_id, name: 'Overdue', query: 'show=overdue', saved_at: checked })
    .returning('id')
    .executeTakeFirstOrThrow()
  const token = await db
    .selectFrom('api_tokens')
    .select('id')
    .where('program_id', '=', program)
    .executeTakeFirstOrThrow()
  const shift = await db
    .insertInto('shifts')
    .values({
      program_id: program,
      label: 'Night',
      starts_at: checked,
      created_at: checked,
      created_by: person_id,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const check = await db
    .insertInto('shift_checks')
    .values({
      shift_id: shift.id,
      program_id: program,
      checked_by: person_id,
      checked_at: checked,
      recorded_at: checked,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await admin.post(`${base}/requirements`, {
    title: 'First aid',
    contact: 'no',
    schedule: 'same-month',
    first_days: '0',
    from_on: '1/1/2026',
  })
  const { requirement_id } = await db
    .selectFrom('program_requirements')
    .select('requirement_id')
    .where('program_id', '=', program)
    .executeTakeFirstOrThrow()
  const trained = await db
    .insertInto('program_trainings')
    .values({
      requirement_id,
      program_id: program,
      person_id,
      completed_on: '2026-05-01',
      recorded_by: person.id,
      file_id: (
        await db
          .insertInto('program_training_files')
          .values({ file: Buffer.from('%PDF-1.7 %%EOF'), file_name: 'a.pdf', file_type: 'application/pdf' })
          .returning('id')
          .executeTakeFirstOrThrow()
      ).id,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const submitted = await db
    .insertInto('program_training_submissions')
    .values({
      requirement_id,
      program_id: program,
      person_id,
      completed_on: '2026-05-02',
      submitted_at: checked,
      file_id: (await db.selectFrom('program_training_files').select('id').limit(1).executeTakeFirstOrThrow())
        .id,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return {
    program,
    'program-submissions/submission': submitted.id,
    shift: shift.id,
    view: view.id,
    check: check.id,
    'requirements/requirement': requirement_id,
    'program-trainings/training': trained.id,
    person: person_id,
    assignment: assignment_id,
    role: role.id,
    'contact/period': contact.period_id,
    'leave/period': leave.period_id,
    'details/period': await rowOf('program_details'),
    'license-statuses/period': await rowOf('license_statuses'),
    'certifications/period': await rowOf('certifications'),
    'imports/import': file.id,
    'past-trainings/import': trainings.id,
    'tokens/token': token.id,
  }
}

async function accountIds(
  { db, config }: World,
  personId: string,
  email: string,
  { program }: House,
): Promise<Ids> {
  const limits = { idleMinutes: config.sessionIdleMinutes, hours: config.sessionHours }
  await createSessions(db, limits).create(personId)
  const { handle } = await db
    .selectFrom('sessions')
    .select('handle')
    .where('person_id', '=', personId)
    .executeTakeFirstOrThrow()
  const invited = await db
    .insertInto('people')
    .values({ name: 'Someone Invited', email: `invited.${program}.${email}` })
    .returning('id')
    .executeTakeFirstOrThrow()
  const [made_at, made_by] = [new Date('2026-11-23T17:00:00Z'), invited.id]
  const code = await db
    .insertInto('paper_codes')
    .values({
      person_id: personId,
      code_hash: 'none',
      resets_second_factor: false,
      reason: 'Known to me',
      made_by,
      made_at,
      expires_at: new Date('2026-11-24T17:00:00Z'),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const connection = await db
    .insertInto('scim_connections')
    .values({
      label: 'A directory',
      domains: ['x.example'],
      token_hash: program,
      created_by: made_by,
      created_at: made_at,
      token_made_at: made_at,
      expires_at: new Date('2027-11-23T17:00:00Z'),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const mapping = await db
    .insertInto('group_roles')
    .values({ source: `scim:${connection.id}`, group_name: 'Licensing', role: 'licensing', made_by, made_at })
    .returning('id')
    .executeTakeFirstOrThrow()
  const notice = {
    person_id: personId,
    kind: 'place-opened',
    facts: { session_id: invited.id },
    dedupe_key: `full house ${program}`,
  } as const
  return {
    handle,
    'codes/code': code.id,
    'directories/connection': connection.id,
    'groups/mapping': mapping.id,
    'link/token': await createLink(db, invited.id, 'invite', null),
    notice: (await db.transaction().execute((trx) => notify(trx, notice))) ?? '',
    'unsubscribe/token': (await preferencesOf(db, personId)).unsubscribe_token,
  }
}

async function classroomIds(world: World, { program, learner, admin, supervisor }: House): Promise<Ids> {
  const { db, catalogue } = world
  const course = catalogue.courses.get('residential-settings')!.current
  const attendee = await world.as(learner)
  const group = idIn(
    await supervisor.post('/group-sessions', {
      module: `${course.slug}/${course.version}/${course.modules[0]!.slug}`,
      program,
      place: 'Staff room',
      on: '11/23/2026',
      at: '12:30 pm',
      facilitator: await supervisorId(world, program),
    }),
  )
  const { code } = await db
    .selectFrom('group_sessions')
    .select('code')
    .where('id', '=', group)
    .executeTakeFirstOrThrow()
  const presence = await db
    .insertInto('group_presences')
    .values({ session_id: group, person_id: await personId(db, learner), joined_at: world.clock.now })
    .returning('id')
    .executeTakeFirstOrThrow()
  const led = idIn(
    await admin.post('/sessions', {
      training: 'health-department-webinars',
      instructor: 'Robin Example',
      subject: 'yes',
      mastery: 'Cases are discussed, and each person writes an answer.',
      on1: '11/25/2026',
      from1: '9 am',
      to1: '12 pm',
      place: 'Library, room 2',
      link: 'https://meet.example/room-2',
      scope: program,
      audience: 'Youth workers',
      places: '2',
      contact: 'robin@health.example',
      minutes_may_miss: '30',
    }),
  )
  await attendee.post(`/sessions/${led}/registration`)
  const registration = await db
    .selectFrom('instructor_led_registrations')
    .select('id')
    .where('session_id', '=', led)
    .executeTakeFirstOrThrow()
  const scholarship = idIn(
    await supervisor.post('/scholarships', {
      program,
      trainee: 'A worker',
      why: 'Two groups this winter.',
      contact: 'a@x.example',
    }),
  )
  return {
    'group-sessions/session': group,
    presence: presence.id,
    code,
    'sessions/session': led,
    registration: String(registration.id),
    'scholarships/request': scholarship,
  }
}

async function learningIds(world: World, learner: string, email: string): Promise<Ids> {
  const { db, catalogue } = world
  const client = await world.as(email)
  const course = catalogue.courses.get('residential-settings')!.current
  const [module] = course.modules
  const [lesson] = module!.lessons
  const base = `/courses/${course.slug}`
  await client.post(`${base}/enrollment`)
  await readModule(client, course, module!)
  const attempt = idIn(await client.post(`${base}/${module!.slug}/assessment`))
  await client.post(`${base}/${module!.slug}/${lesson!.slug}/mistake`, {
    version: course.version,
    body: 'A typo.',
  })
  const mistake = await db.selectFrom('lesson_mistakes').select('id').executeTakeFirstOrThrow()
  const approval = await db.selectFrom('course_approvals').select('id').executeTakeFirstOrThrow()
  const training = await db
    .insertInto('outside_trainings')
    .values({
      person_id: learner,
      recorded_by: learner,
      title: 'A webinar',
      completed_on: '2026-09-01',
      is_human_trafficking: true,
      file: Buffer.from('%PDF-1.7 %%EOF'),
      file_name: 'letter.pdf',
      file_type: 'application/pdf',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { number, token } = await db
    .selectFrom('certificates')
    .select(['number', 'token'])
    .where('person_id', '=', learner)
    .executeTakeFirstOrThrow()
  return {
    course: course.slug,
    version: course.version,
    other: course.version,
    module: module!.slug,
    lesson: lesson!.slug,
    exercise: [...lesson!.exercises.keys()][0] ?? 'none',
    attempt,
    mistake: mistake.id,
    approval: approval.id,
    id: training.id,
    number,
    'verify/token': token,
    'certificates/token': token,
  }
}

async function licensingIds(world: World, { program, learner }: House): Promise<Ids> {
  const { db, clock } = world
  const lee = await world.as('lee@licensing.example')
  const person_id = await personId(db, 'lee@licensing.example')
  const opened = await lee.post(`/licensing/programs/${program}/reviews`, { purpose: 'Review' })
  const review = String(opened.headers.location).split('/')[2]!
  await lee.post(`/reviews/${review}/findings`, {
    person: await personId(db, learner),
    law: 'Minn. Stat. 245A.25, subd. 5(f)',
    body: 'Late.',
    follow_up_on: '12/15/2026',
    send: 'yes',
  })
  const finding = await db
    .selectFrom('review_findings')
    .select('id')
    .where('review_id', '=', review)
    .executeTakeFirstOrThrow()
  const answer = await db
    .insertInto('review_answers')
    .values({
      finding_id: finding.id,
      answered_by: person_id,
      answered_at: clock.now,
      body: 'Done.',
      file: Buffer.from('%PDF-1.7 %%EOF'),
      file_name: 'plan.pdf',
      file_type: 'application/pdf',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const evidence = await db
    .insertInto('evidence_requests')
    .values({
      review_id: review,
      number: 1,
      subject: 'A certificate',
      due_on: '2026-12-15',
      requested_by: person_id,
      requested_at: clock.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const message = await db
    .insertInto('evidence_messages')
    .values({
      request_id: evidence.id,
      is_from_program: true,
      body: 'Here.',
      written_by: person_id,
      written_at: clock.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const file = await db
    .insertInto('evidence_files')
    .values({
      message_id: message.id,
      name: 'plan.pdf',
      type: 'application/pdf',
      sha256: 'a'.repeat(64),
      bytes: Buffer.from('%PDF-1.7 %%EOF'),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const packet = await db
    .insertInto('review_packets')
    .values({
      review_id: review,
      code: randomBytes(13)
        .toString('hex')
        .replaceAll(/[0189]/g, '2'),
      from_on: '2026-01-01',
      to_on: '2026-11-01',
      requested_by: person_id,
      requested_at: clock.now,
      beat_at: clock.now,
      made_at: clock.now,
      state: 'made',
      pdf: Buffer.from('pdf'),
      pdf_sha256: 'a'.repeat(64),
      zip: Buffer.from('zip'),
      zip_sha256: 'a'.repeat(64),
    })
    .returning(['id', 'code'])
    .executeTakeFirstOrThrow()
  const link = await db
    .insertInto('packet_links')
    .values({
      packet_id: packet.id,
      token_hash: tokenHash(packet.code),
      for_whom: 'An auditor',
      made_by: person_id,
      made_at: clock.now,
      expires_at: new Date(clock.now.getTime() + 86_400_000),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const change = await db
    .insertInto('changed_facts')
    .values({ key: 'A1-02', reason: 'Amended', marked_by: person_id, marked_at: clock.now })
    .returning('id')
    .executeTakeFirstOrThrow()
  const comment = await db
    .insertInto('course_comments')
    .values({
      course: 'residential-settings',
      version: '1.0.0',
      content_hash: 'a'.repeat(64),
      module: 'm',
      lesson: change.id,
      anchor: 'a'.repeat(12),
      quoted: 'x',
      body: 'x',
      written_by: person_id,
      written_at: clock.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const verification = await db
    .insertInto('bulk_verifications')
    .values({ review_id: review, verified_by: person_id, verified_at: clock.now, results: '[]' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const registry = await db
    .insertInto('registry_imports')
    .values({
      content: 'License number,Status\n',
      created_at: clock.now,
      created_by: person_id,
      file_name: 'registry.csv',
      sha256: 'a'.repeat(64),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const certificate = await db
    .selectFrom('certificates')
    .select('id')
    .where('person_id', '=', await personId(db, learner))
    .executeTakeFirstOrThrow()
  const request = await db
    .insertInto('certificate_requests')
    .values({
      certificate_id: certificate.id,
      act: 'revoke',
      reason: 'x',
      requested_by: person_id,
      requested_at: clock.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return {
    review,
    finding: finding.id,
    answer: answer.id,
    'evidence/request': evidence.id,
    'files/file': file.id,
    packet: packet.id,
    'packets/code': packet.code,
    'links/link': link.id,
    'watch/key': 'A1-02',
    'changes/change': change.id,
    'comments/comment': comment.id,
    'shared-packets/token': packet.code,
    verification: verification.id,
    'registry/import': registry.id,
    'certificates/requests/request': request.id,
  }
}

async function supervisorId({ db }: World, program: string): Promise<string> {
  const { person_id } = await db
    .selectFrom('roles')
    .select('person_id')
    .where('program_id', '=', program)
    .where('role', '=', 'supervisor')
    .executeTakeFirstOrThrow()
  return person_id
}

function idIn({ statusCode, headers, body }: Awaited<ReturnType<Client['post']>>): string {
  if (statusCode !== 303)
    throw new Error(`${statusCode} ${body.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')}`)
  return /[0-9a-f-]{36}/.exec(String(headers.location))?.[0] ?? ''
}
