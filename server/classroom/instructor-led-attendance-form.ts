import type { FieldError } from '#server/web/views.ts'
import type { Recorded } from './instructor-led-attendance.actions.ts'

type Typed = Readonly<Record<string, string>>
type Read =
  | Readonly<{ kind: 'entries'; entries: readonly Recorded[] }>
  | Readonly<{ kind: 'problems'; problems: readonly FieldError[] }>

type Person = Readonly<{ id: number; name: string }>

/** Who was there, as ticked on the list: `was-7` and `missed-7` for the registration 7. Who is left blank stays open. */
export function readAttendance(typed: Typed, people: readonly Person[]): Read {
  const problems: FieldError[] = []
  const entries = people.flatMap(({ id, name }): Recorded[] => {
    const outcome = typed[`was-${id}`]
    if (outcome !== 'present' && outcome !== 'absent') return []
    const missed = minutesOf(typed[`missed-${id}`])
    if (missed === null)
      problems.push({ field: `missed-${id}`, message: `Write the minutes that ${name} missed as a number.` })
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
      problems: [{ field: 'attendance', message: 'Say of at least one person whether they were there.' }],
    }
  return { kind: 'entries', entries }
}

/** What is put right about one person, with the reason. */
export function readAttendanceOf(typed: Typed, { id }: Person): Read {
  const problems: FieldError[] = []
  const outcome = typed.outcome === 'absent' ? 'absent' : 'present'
  const missed = minutesOf(typed.missed)
  if (missed === null)
    problems.push({ field: 'missed', message: 'Write the minutes as a number, such as 20.' })
  const reason = (typed.reason ?? '').trim()
  if (reason === '') problems.push({ field: 'reason', message: 'Write why it is changed.' })
  if (problems.length > 0) return { kind: 'problems', problems }
  const minutes_missed = outcome === 'present' ? (missed ?? 0) : 0
  return { kind: 'entries', entries: [{ registration_id: id, outcome, minutes_missed, reason }] }
}

/** Empty is none; null where it is no whole number of minutes of a day. */
function minutesOf(typed = ''): number | null {
  const text = typed.trim()
  if (text === '') return 0
  return /^\d{1,4}$/.test(text) ? Number(text) : null
}
