import type { World } from '#test/support/app.ts'

/** Completions of one person, each in its own enrollment. */
export async function completionsOf({ db }: World, person_id: string, count: number) {
  const text = { person_id, course: 'residential-settings', version: '1', content_hash: 'a'.repeat(64) }
  const ended_at = new Date()
  const enrollments = await db
    .insertInto('enrollments')
    .values(Array.from({ length: count }, () => ({ ...text, ended_at })))
    .returning('id')
    .execute()
  return db
    .insertInto('completions')
    .values(
      enrollments.map(({ id }) => ({
        ...text,
        enrollment_id: id,
        completed_at: ended_at,
        completed_on: '2027-03-31',
        modules: '[]',
        minutes: 200,
      })),
    )
    .returning(['id', 'person_id'])
    .execute()
}
