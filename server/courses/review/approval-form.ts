import { type Day, parseDay } from '#server/lib/days.ts'
import type { FieldError } from '#server/web/views.ts'

export type ApprovalEntry = Readonly<{
  authority: string
  reference: string
  approved_on: Day
  /** The day from which it counts; it may lie before the letter's own day, or still be to come. */
  effective_on: Day
}>

/** What a reviewer typed about the commissioner's approval: the entry, or what to fix. */
export function readApprovalForm(
  typed: Readonly<Record<string, string>>,
  today: Day,
): Readonly<{ entry: ApprovalEntry | null; errors: readonly FieldError[] }> {
  const errors: FieldError[] = []
  const text = (field: string, missing: string) => {
    const value = (typed[field] ?? '').trim()
    if (value === '') errors.push({ field, message: missing })
    else if (value.length > 200) errors.push({ field, message: 'Use at most 200 characters here.' })
    return value
  }
  const authority = text('authority', 'Write who approved it, as the document says.')
  const reference = text('reference', 'Write the document’s reference or number.')
  const approved_on = parseDay(typed.approved_on ?? '')
  if (!approved_on)
    errors.push({ field: 'approved_on', message: 'Write the day of the approval, such as 3/15/2026.' })
  else if (approved_on > today) errors.push({ field: 'approved_on', message: 'That day has not come yet.' })
  const effective_on = parseDay(typed.effective_on ?? '')
  if (!effective_on)
    errors.push({
      field: 'effective_on',
      message: 'Write the day from which the approval counts, such as 4/1/2026.',
    })
  return errors.length > 0 || !approved_on || !effective_on
    ? { entry: null, errors }
    : { entry: { authority, reference, approved_on, effective_on }, errors }
}

/** What a reviewer states when a new version keeps the approval of the one before it: the reason, or what to fix. */
export function readCarryingForm(
  kind: 'typo' | 'clarification',
  typed: Readonly<Record<string, string | undefined>>,
): Readonly<{ reason: string | null; errors: readonly FieldError[] }> {
  const reason = typed.carried_because?.trim() ?? ''
  const errors: FieldError[] = []
  if (typed.same_meaning !== 'yes')
    errors.push({
      field: 'same_meaning',
      message: 'Compare the two versions first, and confirm that nothing of meaning changed.',
    })
  if (kind === 'clarification' && reason === '')
    errors.push({ field: 'carried_because', message: 'Write why the approval still holds.' })
  return errors.length > 0
    ? { reason: null, errors }
    : { reason: reason || 'Typing errors only: nothing of meaning changed.', errors }
}
