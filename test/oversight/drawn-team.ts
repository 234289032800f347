import { addDays, addMonths, dayOf } from '#server/lib/days.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import type { World } from '#test/support/app.ts'

/** A generated team: people hired, in contact, on leave, trained long ago, recently or never. */
export async function drawTeam(
  { db, clock, catalogue }: World,
  program: string,
  size: number,
  seed: number,
): Promise<void> {
  const today = dayOf(clock.now)
  let state = seed
  // mulberry32: its low bits are as random as its high ones.
  const draw = (below: number) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
  const { minutes } = catalogue.courses.get('residential-settings')!.current
  const text = await db
    .selectFrom('course_approvals')
    .select(['course', 'version', 'content_hash'])
    .executeTakeFirstOrThrow()
  const people = Array.from({ length: size }, (_, n) => ({
    id: crypto.randomUUID(),
    name: `Person ${seed}-${n}`,
    email: `p${seed}-${n}@drawn.example`,
  }))
  const work = people.map(({ id }) => ({
    assignment_id: crypto.randomUUID(),
    person_id: id,
    program_id: program,
    worker_type: 'employee',
    hired_on: addMonths(today, -draw(48)),
  }))
  const contact = work
    .filter(() => draw(4) > 0)
    .map(({ assignment_id, hired_on }) => ({ assignment_id, from_on: addDays(hired_on, draw(60)) }))
  const leave = work
    .filter(() => draw(6) === 0)
    .map(({ assignment_id }) => ({
      assignment_id,
      from_on: addDays(today, -40 + draw(30)),
      to_on: addDays(today, draw(40) - 5),
    }))
  const completions = people.flatMap(({ id }) =>
    Array.from({ length: draw(4) }, () => {
      const completed_on = addDays(today, -draw(900))
      const at = new Date(`${completed_on}T21:00:00Z`)
      return { enrollment_id: crypto.randomUUID(), person_id: id, ...text, completed_at: at, completed_on }
    }),
  )
  const begun = people
    .filter(() => draw(3) === 0)
    .map(({ id }) => ({
      person_id: id,
      ...text,
      started_at: new Date(`${addDays(today, -draw(9))}T15:00:00Z`),
    }))
  await db.transaction().execute(async (trx) => {
    await trx.insertInto('people').values(people).execute()
    await trx.insertInto('assignments').values(work).execute()
    if (contact.length > 0) await trx.insertInto('contact_periods').values(contact).execute()
    if (leave.length > 0) await trx.insertInto('leave_periods').values(leave).execute()
    if (begun.length > 0) await trx.insertInto('enrollments').values(begun).execute()
    for (let from = 0; from < completions.length; from += 1000) {
      const some = completions.slice(from, from + 1000)
      await trx
        .insertInto('enrollments')
        .values(
          some.map((one) => ({
            id: one.enrollment_id,
            person_id: one.person_id,
            ...text,
            ended_at: one.completed_at,
          })),
        )
        .execute()
      await trx
        .insertInto('completions')
        .values(some.map((one) => ({ ...one, modules: '[]', minutes })))
        .execute()
    }
    await refreshStandings(
      trx,
      people.map(({ id }) => id),
      today,
    )
  })
}
