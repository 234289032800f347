import type { Offered } from '#server/courses/catalogue/offered.ts'
import { type RequirementId, requirementOn } from '#server/law/facts/ruleset.ts'
import { type Day, daysBetween, formatDay } from '#server/lib/days.ts'
import { workerTypeNames } from '#server/programs/roster/assignment.ts'
import { standingShape, standingWords } from '#server/standings/standing-words.ts'
import { shortDay } from '#server/web/words.ts'
import type { TeamRow } from './team.queries.ts'
import { foremost, isInContactUncleared, nextDue, urgency, urgencyOf } from './team.ts'

/** A row of the table and the export. */
export type TeamLine = Readonly<{
  assignment_id: string
  person_id: string
  program_id: string
  name: string
  program: string
  role_title: string
  unit: string
  workerType: string
  /** In direct contact on record while not cleared. */
  isInContactUncleared: boolean
  /** Something is due, so a reminder has something to say. */
  canRemind: boolean
  isOnLeave: boolean
  program_kind: 'licensed' | 'agency'
  /** The name of the standing's shape. */
  shape: string
  words: string
  requirement: string
  due_on: Day | null
  clearance: string
  progress: Readonly<{
    passed: number
    modules: number
    course: string
    /** Whether completing this version can count. */
    counts: boolean
  }> | null
  /** When no course is under way: whether one must still be started. */
  isToBegin: boolean
  lastActiveOn: Day | null
  lastActive: string
  own: TeamRow['own']
}>

export function teamLine(row: TeamRow, courses: Offered, today: Day): TeamLine {
  const first = foremost(row)
  const version =
    row.under_way && courses.catalogue.courses.get(row.under_way.course)?.versions.get(row.under_way.version)
  return {
    assignment_id: row.assignment_id,
    person_id: row.person_id,
    program_id: row.program_id,
    name: row.name,
    program: row.program,
    role_title: row.role_title,
    unit: row.unit,
    workerType: workerTypeNames[row.worker_type],
    isInContactUncleared: isInContactUncleared(row),
    canRemind: !row.is_on_leave && urgency(row) <= urgencyOf.due_soon,
    isOnLeave: row.is_on_leave,
    program_kind: row.program_kind,
    shape: row.is_on_leave ? 'on-leave' : first ? standingShape(first) : 'not-required',
    words: first ? standingWords(asOfToday(first, row, today), today) : 'Nothing required',
    requirement: first ? requirementOn(first.requirement as RequirementId, today).title : '',
    due_on: nextDue(row),
    clearance: clearanceWords(row),
    progress:
      row.under_way && version
        ? {
            passed: row.under_way.passed,
            modules: version.modules.length,
            course: version.shortTitle,
            counts: courses.cannotCount(version) === null,
          }
        : null,
    isToBegin: first !== null && urgency(row) <= urgencyOf.due_soon,
    lastActiveOn: row.last_active_on,
    lastActive: lastActive(row.last_active_on, today),
    own: row.own,
  }
}

/** Stored lateness is as of the day it was calculated. If it is still growing, adds the days since. */
const asOfToday = (standing: NonNullable<ReturnType<typeof foremost>>, row: TeamRow, today: Day) => ({
  ...standing,
  late_days:
    standing.late_days +
    (standing.is_late_running && row.computed_on ? daysBetween(row.computed_on, today) : 0),
})

function clearanceWords(row: TeamRow): string {
  if (row.program_kind === 'agency') return ''
  if (row.is_on_leave) return 'On leave'
  if (row.clearance === 'yes') return row.until_on ? `Yes, until ${formatDay(row.until_on)}` : 'Yes'
  if (row.clearance === 'no') return 'No'
  return 'Unknown'
}

function lastActive(on: Day | null, today: Day): string {
  if (!on) return 'Not yet'
  return on === today ? 'Today' : shortDay(on)
}
