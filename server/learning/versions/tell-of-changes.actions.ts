import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { listChangeDays } from '#server/courses/catalogue/change-days.queries.ts'
import type { Database } from '#server/db/connection.ts'
import type { Day } from '#server/lib/days.ts'
import { notifyAll } from '#server/notices/actions.ts'
import { listReadersToTell } from './changes.queries.ts'
import { changesToRead, noticeOfChange } from './changes.ts'

/**
 * Tells everyone who completed an older version which changed lessons to read: once for each change and due date, again in
 * its last week, and once it has passed.
 */
export async function tellOfChanges(db: Database, catalogue: Catalogue, today: Day): Promise<void> {
  for (const day of await listChangeDays(db)) {
    const course = catalogue.courses.get(day.course)
    if (!course) continue
    const { key, kind } = noticeOfChange(day, today)
    await db.transaction().execute(async (trx) => {
      const readers = await listReadersToTell(trx, day.course, key)
      await notifyAll(
        trx,
        readers.flatMap(({ person_id, versions, readings }) => {
          const completions = versions.map((version) => ({ course: day.course, version }))
          const [change] = changesToRead(catalogue, completions, [day], readings, today)
          const lesson = change?.lessons.find(({ isRead }) => !isRead)
          if (!change || !lesson) return []
          const facts = { course: change.text.title, path: lesson.href, due_on: day.due_on }
          return [{ person_id, kind, facts, dedupe_key: key }]
        }),
      )
    })
  }
}
