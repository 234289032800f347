import { type Day, parseDay } from '#server/lib/days.ts'
import type { FieldError } from '#server/web/views.ts'

export type ApprovalEntry = Readonly<{
  authority: string
  reference: string
  approved_on: Day
  /** The effective date. It can be before the letter's date or in the future. */
  effective_on: Day
}>

/** Reads a reviewer's form about the commissioner's approval: the entry, or errors. */
export function readApprovalForm(
  typed: Readonly<Record<string, string>>,
  today: Day,
): Readonly<{ entry: ApprovalEntry | null; errors: readonly FieldError[] }> {
  const errors: FieldError[] = []
  const text = (field: string, missing: string) => {
    const value = (typed[field] ?? '').trim()
    if (value === '') errors.push({ field, message: missing })
    else if (value.length > 200) errors.push({ field, message: 'Use 200 characters or fewer.' })
    return value
  }
  const authority = text('authority', 'Enter who approved it, as written in the document.')
  const reference = text('reference', 'Enter the document’s reference or number.')
  const approved_on = parseDay(typed.approved_on ?? '')
  if (!approved_on)
    errors.push({ field: 'approved_on', message: 'Enter the date of the approval, such as 3/15/2026.' })
  else if (approved_on > today)
    errors.push({ field: 'approved_on', message: 'Enter a date that is today or earlier.' })
  const effective_on = parseDay(typed.effective_on ?? '')
  if (!effective_on)
    errors.push({
      field: 'effective_on',
      message: 'Enter the date the approval takes effect, such as 4/1/2026.',
    })
  return errors.length > 0 || !approved_on || !effective_on
    ? { entry: null, errors }
    : { entry: { authority, reference, approved_on, effective_on }, errors }
}

/** Reads a reviewer's form to carry an approval over to a new version: the reason, or errors. */
export function readCarryingForm(
  kind: 'typo' | 'clarification',
  typed: Readonly<Record<string, string | undefined>>,
): Readonly<{ reason: string | null; errors: readonly FieldError[] }> {
  const reason = typed.carried_because?.trim() ?? ''
  const errors: FieldError[] = []
  if (typed.same_meaning !== 'yes')
    errors.push({
      field: 'same_meaning',
      message: 'Compare the two versions first, and confirm that the meaning did not change.',
    })
  if (kind === 'clarification' && reason === '')
    errors.push({ field: 'carried_because', message: 'Enter why the approval still applies.' })
  return errors.length > 0
    ? { reason: null, errors }
    : { reason: reason || 'Typing errors only. The meaning did not change.', errors }
}
