import { defaultSettings, type SettingName, type Settings } from '#server/law/facts/settings.ts'
import type { FieldError } from '#server/web/views.ts'

/** The choices for each interpretation, with the words that the form shows. */
export const interpretationChoices: Readonly<
  Record<
    Exclude<SettingName, 'fiscal_year_month' | 'trafficking_due_months'>,
    readonly { value: string; label: string }[]
  >
> = {
  annual_anchor: [
    {
      value: 're-anchor',
      label: 'The next due date is counted from the latest completion, even if it was early',
    },
    {
      value: 'keep-month',
      label:
        'A renewal in the last 90 days before the due date keeps the month: at most 12 months and 90 days between trainings. The plain reading of the statute is the first choice (R4)',
    },
  ],
  leave: [
    {
      value: 'not-required',
      label:
        'Nothing is overdue during leave. Training that came due is done before direct contact on return',
    },
    { value: 'keeps-running', label: 'Leave does not change or suspend the due date' },
  ],
  transfer: [
    { value: 'carries', label: 'A completion and its due date stay with the person' },
    {
      value: 'verified-first',
      label: 'A completion at another program counts from the day we verified its certificate',
    },
  ],
  rehire: [
    { value: 'prior-initial-counts', label: 'Initial training from an earlier employment still counts' },
    { value: 'initial-again', label: 'Initial training must be done again' },
  ],
  later_certification: [
    { value: 'day-before', label: 'By the day before the certification takes effect' },
    { value: 'day-of', label: 'By the day the certification takes effect' },
  ],
  same_day_contact: [
    {
      value: 'accept-and-flag',
      label: 'A completion on the same day counts as before contact, and is marked for review',
    },
    { value: 'day-before', label: 'Training must be finished on an earlier day' },
  ],
  refresher: [
    { value: 'not-counted', label: 'No, unless the commissioner has approved it' },
    { value: 'counts', label: 'Yes, the license holder accepts it as annual training' },
  ],
  fast_completions: [
    { value: 'count', label: 'Yes. It stays marked, and we can see why' },
    {
      value: 'after-confirmation',
      label: 'No, it counts from the day a supervisor of this program confirmed it',
    },
  ],
  hours_year: [
    { value: 'calendar', label: 'January through December' },
    { value: 'hire-anniversary', label: 'From one anniversary of hire to the next' },
    { value: 'fiscal', label: 'Our fiscal year' },
  ],
}

const agencySettings: readonly SettingName[] = ['hours_year', 'fiscal_year_month', 'trafficking_due_months']

/** Whether a setting concerns a kind of program: county and Tribal agencies have child-protection duties, licensed programs direct contact. */
export const concerns = (name: SettingName, kind: ProgramKind): boolean =>
  agencySettings.includes(name) === (kind === 'agency')

export type ProgramKind = 'licensed' | 'agency'

/**
 * Reads the form. Only choices that differ from the defaults are stored. What doesn't concern this kind of program isn't on
 * the form, and stays as it is.
 */
export function readInterpretationsForm(
  typed: Readonly<Record<string, string>>,
  kind: ProgramKind,
  stored: Partial<Settings>,
): Readonly<{ interpretations: Partial<Settings>; errors: readonly FieldError[] }> {
  const errors: FieldError[] = []
  const interpretations: Record<string, unknown> = Object.fromEntries(
    Object.entries(stored).filter(([name]) => !concerns(name as SettingName, kind)),
  )
  for (const [name, choices] of Object.entries(interpretationChoices)) {
    if (!concerns(name as SettingName, kind)) continue
    const value = typed[name] ?? ''
    if (!choices.some((choice) => choice.value === value))
      errors.push({ field: name, message: 'Choose one.' })
    else if (value !== defaultSettings[name as SettingName]) interpretations[name] = value
  }
  if (kind === 'agency') errors.push(...readAgencyNumbers(typed, interpretations))
  if (!typed.reason?.trim())
    errors.push({ field: 'reason', message: 'Enter the reason. It is kept for later reviews.' })
  return { interpretations: interpretations as Partial<Settings>, errors }
}

function readAgencyNumbers(
  typed: Readonly<Record<string, string>>,
  interpretations: Record<string, unknown>,
): readonly FieldError[] {
  const errors: FieldError[] = []
  const month = Number(typed.fiscal_year_month || defaultSettings.fiscal_year_month)
  if (!Number.isInteger(month) || month < 1 || month > 12)
    errors.push({ field: 'fiscal_year_month', message: 'Enter the month as a number from 1 to 12.' })
  else if (month !== defaultSettings.fiscal_year_month) interpretations.fiscal_year_month = month
  const months = typed.trafficking_due_months?.trim()
  if (!months) return errors
  const count = Number(months)
  if (!Number.isInteger(count) || count < 1 || count > 120)
    errors.push({
      field: 'trafficking_due_months',
      message: 'Enter a whole number of months from 1 to 120, or leave it empty.',
    })
  else interpretations.trafficking_due_months = count
  return errors
}
