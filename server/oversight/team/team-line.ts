import type { Offered } from '#server/courses/catalogue/offered.ts'
import { type RequirementId, requirementOn } from '#server/law/facts/ruleset.ts'
import { addDays, type Day, daysBetween, formatDay } from '#server/lib/days.ts'
import { workerTypeNames } from '#server/programs/roster/employment/assignment.ts'
import { standingShape, standingWords } from '#server/standings/standing-words.ts'
import { shortDay } from '#server/web/words.ts'
import type { TeamRow, UnderWay } from './team.queries.ts'
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
  /** Leave or a return to come, in words; empty where none is planned. */
  planned: string
  program_kind: 'licensed' | 'agency'
  /** The name of the standing's shape. */
  shape: string
  words: string
  requirement: string
  due_on: Day | null
  clearance: string
  /** When no course is under way: whether one must still be started. */
  isToBegin: boolean
  lastActiveOn: Day | null
  lastActive: string
  own: TeamRow['own']
}>

/** A row with the course under way. */
export type LineWithProgress = TeamLine & Readonly<{ progress: Progress | null }>

type Progress = Readonly<{
  passed: number
  modules: number
  course: string
  /** Whether completing this version can count. */
  counts: boolean
}>

export function withProgress(
  line: TeamLine,
  underWay: UnderWay | null | undefined,
  { catalogue, cannotCount }: Offered,
): LineWithProgress {
  const version = underWay && catalogue.courses.get(underWay.course)?.versions.get(underWay.version)
  if (!version) return { ...line, progress: null }
  const { modules, shortTitle: course } = version
  const { passed } = underWay
  return {
    ...line,
    progress: { passed, modules: modules.length, course, counts: cannotCount(version) === null },
  }
}

export function teamLine(row: TeamRow, today: Day): TeamLine {
  const first = foremost(row)
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
    planned: plannedWords(row),
    program_kind: row.program_kind,
    shape: row.is_on_leave ? 'on-leave' : first ? standingShape(first) : 'not-required',
    words: first ? standingWords(asOfToday(first, row, today), today) : 'Nothing required',
    requirement: first ? requirementOn(first.requirement as RequirementId, today).title : '',
    due_on: nextDue(row),
    clearance: clearanceWords(row),
    isToBegin: first !== null && urgency(row) <= urgencyOf.due_soon,
    lastActiveOn: row.last_active_on,
    lastActive: lastActive(row.last_active_on, today),
    own: row.own,
  }
}

function plannedWords({ is_on_leave, leave_until, leave_from }: TeamRow): string {
  const back = is_on_leave && leave_until ? `Back ${formatDay(addDays(leave_until, 1))}` : ''
  const away = leave_from ? `Leave planned from ${formatDay(leave_from)}` : ''
  return [back, away].filter(Boolean).join('. ')
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
