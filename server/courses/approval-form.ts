import { type Day, parseDay } from '#server/lib/days.ts'
import type { FieldError } from '#server/web/views.ts'

export type ApprovalEntry = Readonly<{ authority: string; reference: string; approved_on: Day }>

/** What a reviewer typed about the commissioner's approval: the entry, or what to mend. */
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
  return errors.length > 0 || !approved_on
    ? { entry: null, errors }
    : { entry: { authority, reference, approved_on }, errors }
}
