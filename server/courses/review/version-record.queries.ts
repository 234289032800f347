import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import { type ChangeDay, listChangeDays } from '#server/courses/catalogue/change-days.queries.ts'
import type { Database } from '#server/db/connection.ts'
import { listApprovalRecords } from './approvals.queries.ts'
import type { ApprovalRecord } from './approvals.ts'
import { countComments } from './comments.queries.ts'
import { type LessonTime, listLessonTimes } from './statistics.queries.ts'

/** What is recorded of a version beside its text. */
export type VersionRecord = Readonly<{
  approvals: readonly ApprovalRecord[]
  comments: ReadonlyMap<string, number>
  days: readonly ChangeDay[]
  times: readonly LessonTime[]
}>

export async function findVersionRecord(
  db: Database,
  { slug, hash }: CourseVersion,
  fewestPeople: number,
): Promise<VersionRecord> {
  const [approvals, comments, days, times] = await Promise.all([
    listApprovalRecords(db, slug),
    countComments(db, slug),
    listChangeDays(db),
    listLessonTimes(db, { course: slug, hash }, fewestPeople),
  ])
  return { approvals, comments, days, times }
}
