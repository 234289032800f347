import { addDays, type Day } from '#server/lib/days.ts'
import { instantOf, readDay, type Typed } from '#server/programs/typed-form.ts'
import type { FieldError } from '#server/web/views.ts'

export type LedgerFilter = Readonly<{
  kind: string | null
  /** Part of a subject, such as 'program:' or a certificate's number. */
  subject: string
  /** Part of the name or email of who did it. */
  actor: string
  from: string | null
  /** The instant after the last day asked for. */
  until: string | null
}>

/** Reads the filter's fields; a day that can't be read is said and left out. */
export function readLedgerFilter(
  typed: Typed,
  today: Day,
): Readonly<{ filter: LedgerFilter; errors: readonly FieldError[] }> {
  const errors: FieldError[] = []
  const dayIn = (field: 'from' | 'to'): Day | null => {
    const text = (typed[field] ?? '').trim()
    if (text === '') return null
    const read = readDay(text, today)
    if (read.kind === 'day') return read.day
    errors.push({ field, message: read.message })
    return null
  }
  const [from, to] = [dayIn('from'), dayIn('to')]
  return {
    errors,
    filter: {
      kind: /^[a-z-]{1,60}$/.test(typed.kind ?? '') ? typed.kind! : null,
      subject: (typed.subject ?? '').trim(),
      actor: (typed.actor ?? '').trim(),
      from: from && instantOf(from, '00:00'),
      until: to && instantOf(addDays(to, 1), '00:00'),
    },
  }
}

/** Kinds whose details are about the installation. Those about people's training stay closed to system administrators. */
const openKinds =
  /^(role|link|program|setting|resource|approval|change-day|api-token|account|setup|key|data-notice-published|database-restored)(-|$)/

export const mayShowFacts = (kind: string): boolean => openKinds.test(kind)

/** 'role-granted' → "Role granted" */
export const kindWords = (kind: string): string => {
  const words = kind.replaceAll('-', ' ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}
