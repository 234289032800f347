import { parseDay } from '#server/lib/days.ts'
import type { FieldError } from '#server/web/views.ts'
import type { Change, FlagAnswer } from './changed-facts.actions.ts'

type Typed = Readonly<Record<string, unknown>>

const textOf = (typed: Typed, field: string): string => String(typed[field] ?? '').trim()

/** Reads the form that marks something as changed. */
export function readChange(typed: Typed): Readonly<{ change: Change; errors: readonly FieldError[] }> {
  const errors: FieldError[] = []
  const [reason, source, day] = [
    textOf(typed, 'reason'),
    textOf(typed, 'source'),
    textOf(typed, 'changed_on'),
  ]
  const changed_on = parseDay(day)
  if (reason === '') errors.push({ field: 'reason', message: 'Enter what it says now.' })
  if (source === '') errors.push({ field: 'source', message: 'Enter where you saw it.' })
  if (day !== '' && !changed_on)
    errors.push({ field: 'changed_on', message: 'Enter a date such as 8/1/2026, or leave it empty.' })
  return { change: { reason, source, changed_on: changed_on ?? null }, errors }
}

/** Reads the form that answers flags. */
export function readFlagAnswer(
  typed: Typed,
  flags: readonly string[] | 'all',
): Readonly<{ answer: FlagAnswer | null; errors: readonly FieldError[] }> {
  const errors: FieldError[] = []
  const { outcome } = typed
  const [version, reason] = [textOf(typed, 'version'), textOf(typed, 'reason')]
  if (flags.length === 0) errors.push({ field: 'flag', message: 'Check the places that you looked at.' })
  if (outcome !== 'kept' && outcome !== 'changed') {
    errors.push({ field: 'outcome', message: 'Say whether you kept or changed the text.' })
    return { answer: null, errors }
  }
  if (outcome === 'changed' && version === '')
    errors.push({ field: 'version', message: 'Enter the version that has the change.' })
  if (outcome === 'kept' && reason === '')
    errors.push({ field: 'reason', message: 'Enter why the text can stay as it is.' })
  const answer = { outcome, version: outcome === 'changed' ? version : '', reason } as const
  return errors.length > 0 ? { answer: null, errors } : { answer, errors }
}
