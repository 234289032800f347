import { expect, test } from 'vitest'
import {
  concerns,
  interpretationChoices,
  readInterpretationsForm,
} from '#server/standings/interpretations-form.ts'

test('an agency’s form has its hours and its own date; a licensed program’s has direct contact; what isn’t on it stays', () => {
  const shown = (kind: 'licensed' | 'agency') =>
    Object.keys(interpretationChoices).filter((name) =>
      concerns(name as keyof typeof interpretationChoices, kind),
    )
  expect(shown('agency')).toEqual(['hours_year'])
  expect(shown('licensed')).toContain('annual_anchor')
  const typed = { hours_year: 'fiscal', fiscal_year_month: '1', trafficking_due_months: '6', reason: 'Ours' }
  expect(readInterpretationsForm(typed, 'agency', { leave: 'keeps-running', fiscal_year_month: 3 })).toEqual({
    errors: [],
    interpretations: {
      leave: 'keeps-running',
      hours_year: 'fiscal',
      fiscal_year_month: 1,
      trafficking_due_months: 6,
    },
  })
  const { errors } = readInterpretationsForm({ ...typed, fiscal_year_month: '13' }, 'agency', {})
  expect(errors.map(({ field }) => field)).toEqual(['fiscal_year_month'])
})
