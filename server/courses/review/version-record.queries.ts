import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import { type ChangeDay, listChangeDays } from '#server/courses/catalogue/change-days.queries.ts'
import type { Database } from '#server/db/connection.ts'
import { listApprovalRecords } from './approvals.queries.ts'
import type { ApprovalRecord } from './approvals.ts'
import {
  type CommentCounts,
  countComments,
  listReviewers,
  type Reviewer,
} from './comments/comments.queries.ts'
import { listReviewReadings, type ReviewReading } from './readings.queries.ts'
import { type LessonTime, listLessonTimes } from './statistics.queries.ts'

/** What is recorded of a version beside its text. */
export type VersionRecord = Readonly<{
  approvals: readonly ApprovalRecord[]
  comments: ReadonlyMap<string, CommentCounts>
  days: readonly ChangeDay[]
  times: readonly LessonTime[]
  readings: readonly ReviewReading[]
  reviewers: readonly Reviewer[]
}>

export async function findVersionRecord(
  db: Database,
  { slug, hash }: CourseVersion,
  viewer: Readonly<{ id: string }>,
  fewestPeople: number,
): Promise<VersionRecord> {
  const [approvals, comments, days, times, readings, reviewers] = await Promise.all([
    listApprovalRecords(db, slug),
    countComments(db, slug, viewer),
    listChangeDays(db),
    listLessonTimes(db, { course: slug, hash }, fewestPeople),
    listReviewReadings(db, slug),
    listReviewers(db),
  ])
  return { approvals, comments, days, times, readings, reviewers }
}
