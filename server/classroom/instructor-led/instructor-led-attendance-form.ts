import type { FieldError } from '#server/web/views.ts'
import type { Recorded } from './instructor-led-attendance.actions.ts'

type Typed = Readonly<Record<string, string>>
type Read =
  | Readonly<{ kind: 'entries'; entries: readonly Recorded[] }>
  | Readonly<{ kind: 'problems'; problems: readonly FieldError[] }>

type Person = Readonly<{ id: number; name: string }>

/** Reads the attendance list: `was-7` and `missed-7` belong to registration 7. Blank rows stay open. */
export function readAttendance(typed: Typed, people: readonly Person[]): Read {
  const problems: FieldError[] = []
  const entries = people.flatMap(({ id, name }): Recorded[] => {
    const outcome = typed[`was-${id}`]
    if (outcome !== 'present' && outcome !== 'absent') return []
    const missed = minutesOf(typed[`missed-${id}`])
    if (missed === null)
      problems.push({ field: `missed-${id}`, message: `Enter the minutes that ${name} missed as a number.` })
    return [
      {
        registration_id: id,
        outcome,
        minutes_missed: outcome === 'present' ? (missed ?? 0) : 0,
        reason: '',
      },
    ]
  })
  if (problems.length > 0) return { kind: 'problems', problems }
  if (entries.length === 0)
    return {
      kind: 'problems',
      problems: [{ field: 'attendance', message: 'Mark at least one person as present or absent.' }],
    }
  return { kind: 'entries', entries }
}

/** Reads a correction of one person's attendance, with the reason. */
export function readAttendanceOf(typed: Typed, { id }: Person): Read {
  const problems: FieldError[] = []
  const outcome = typed.outcome === 'absent' ? 'absent' : 'present'
  const missed = minutesOf(typed.missed)
  if (missed === null) problems.push({ field: 'missed', message: 'Enter minutes as a number, such as 20.' })
  const reason = (typed.reason ?? '').trim()
  if (reason === '') problems.push({ field: 'reason', message: 'Enter a reason for the correction.' })
  if (problems.length > 0) return { kind: 'problems', problems }
  const minutes_missed = outcome === 'present' ? (missed ?? 0) : 0
  return { kind: 'entries', entries: [{ registration_id: id, outcome, minutes_missed, reason }] }
}

/** Empty means 0. Null if it isn't a whole number of minutes within a day. */
function minutesOf(typed = ''): number | null {
  const text = typed.trim()
  if (text === '') return 0
  return /^\d{1,4}$/.test(text) ? Number(text) : null
}
