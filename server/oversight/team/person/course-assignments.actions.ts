import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { notify } from '#server/notices/actions.ts'
import type { Viewer } from '#server/people/roles.ts'

type AssignResult = { kind: 'asked' } | { kind: 'asked-today' }

/** A supervisor asks a person to take a course, at most once a day for each. The law's dates don't change. */
export const assignCourse = (
  db: Database,
  viewer: Viewer,
  personId: string,
  course: Readonly<{ slug: string; title: string }>,
  now: Date,
): Promise<AssignResult> =>
  db.transaction().execute(async (trx) => {
    const written = await notify(trx, {
      person_id: personId,
      kind: 'course-assigned',
      facts: { from: viewer.name, course: course.slug, title: course.title },
      dedupe_key: `course-assigned ${course.slug} ${dayOf(now)}`,
    })
    return { kind: written ? 'asked' : 'asked-today' }
  })
