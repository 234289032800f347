import { defaultSettings, type SettingName, type Settings } from '#server/law/facts/settings.ts'
import type { FieldError } from '#server/web/views.ts'

/** The answers that each interpretation may have, in words; what a form offers and takes. */
export const interpretationChoices: Readonly<
  Record<
    Exclude<SettingName, 'fiscal_year_month' | 'trafficking_due_months'>,
    readonly { value: string; label: string }[]
  >
> = {
  annual_anchor: [
    {
      value: 're-anchor',
      label: 'The next date is counted from the latest completion, also when it came early',
    },
    {
      value: 'keep-month',
      label:
        'A renewal in the last 90 days before its date keeps the month: at most 12 months and 90 days between trainings. The statute’s plain interpretation is the first answer (R4)',
    },
  ],
  leave: [
    {
      value: 'not-required',
      label: 'Nothing is overdue while a leave lasts; what came due is done before contact on return',
    },
    { value: 'keeps-running', label: 'A leave neither moves nor suspends the date' },
  ],
  transfer: [
    { value: 'carries', label: 'A completion and its date go with the person' },
    {
      value: 'verified-first',
      label: 'A completion made elsewhere counts from the day we verified its certificate',
    },
  ],
  rehire: [
    { value: 'prior-initial-counts', label: 'The initial training of an earlier employment still counts' },
    { value: 'initial-again', label: 'The initial training is done again' },
  ],
  later_certification: [
    { value: 'day-before', label: 'By the day before the certification takes effect' },
    { value: 'day-of', label: 'By the day the certification takes effect' },
  ],
  same_day_contact: [
    {
      value: 'accept-and-flag',
      label: 'A completion on that day counts as before it, and is marked for review',
    },
    { value: 'day-before', label: 'The training is finished on a day before' },
  ],
  refresher: [
    { value: 'not-counted', label: 'No, unless the commissioner has approved it' },
    { value: 'counts', label: 'Yes, the license holder accepts it as annual training' },
  ],
  hours_year: [
    { value: 'calendar', label: 'January through December' },
    { value: 'hire-anniversary', label: 'From one anniversary of hire to the next' },
    { value: 'fiscal', label: 'Our fiscal year' },
  ],
}

/** What a program's administrator chose; only what differs from the defaults is kept. */
export function readInterpretationsForm(
  typed: Readonly<Record<string, string>>,
): Readonly<{ interpretations: Partial<Settings>; errors: readonly FieldError[] }> {
  const errors: FieldError[] = []
  const interpretations: Record<string, unknown> = {}
  for (const [name, choices] of Object.entries(interpretationChoices)) {
    const value = typed[name] ?? ''
    if (!choices.some((choice) => choice.value === value))
      errors.push({ field: name, message: 'Choose one of the answers.' })
    else if (value !== defaultSettings[name as SettingName]) interpretations[name] = value
  }
  const month = Number(typed.fiscal_year_month || defaultSettings.fiscal_year_month)
  if (!Number.isInteger(month) || month < 1 || month > 12)
    errors.push({ field: 'fiscal_year_month', message: 'Write the month as a number from 1 to 12.' })
  else if (month !== defaultSettings.fiscal_year_month) interpretations.fiscal_year_month = month
  const months = typed.trafficking_due_months?.trim()
  if (months) {
    const count = Number(months)
    if (!Number.isInteger(count) || count < 1 || count > 120)
      errors.push({
        field: 'trafficking_due_months',
        message: 'Write a whole number of months, from 1 to 120, or leave it empty.',
      })
    else interpretations.trafficking_due_months = count
  }
  if (!typed.reason?.trim()) errors.push({ field: 'reason', message: 'Write why, for whoever asks later.' })
  return { interpretations: interpretations as Partial<Settings>, errors }
}
