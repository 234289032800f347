import type { Day } from '#server/lib/days.ts'
import { reader, type Typed } from '#server/programs/typed-form.ts'
import type { FieldError } from '#server/web/views.ts'
import type { FindingRow } from './review.queries.ts'
import { statuteOf } from './review-finding-form.ts'
import { findingPage } from './review-finding-page.ts'

/** One violation of a draft: what was found, the law, and the time allowed (Minn. Stat. 245A.06, subd. 1). */
export type Violation = Readonly<{ finding: string; found: string; law: string; correct_by: Day }>

/** Findings that an order can be about: neither withdrawn nor resolved. */
export const openFindings = (findings: readonly FindingRow[]) =>
  findings.map(findingPage).filter(({ state }) => state !== 'withdrawn' && state !== 'resolved')

type OpenFinding = ReturnType<typeof openFindings>[number]

/** The form’s two fields for each finding, with the law that its rule names. */
export const orderFields = (findings: readonly OpenFinding[], typed: Typed) =>
  findings.map((finding) => ({
    finding,
    law: {
      name: `law-${finding.number}`,
      label: 'Law or rule',
      required: false,
      value: typed[`law-${finding.number}`] ?? (finding.law || statuteOf(finding.rule)),
      hint: 'Like “Minn. Stat. 245A.25, subd. 5(f)”',
      autocomplete: 'off',
    },
    by: {
      name: `by-${finding.number}`,
      label: 'Correct by',
      required: false,
      size: 'small',
      value: typed[`by-${finding.number}`] ?? '',
      hint: 'Like 7/1/2026. Leave it empty to leave this finding out.',
      autocomplete: 'off',
    },
  }))

type OrderRead =
  | { kind: 'order'; violations: readonly Violation[] }
  | { kind: 'problems'; problems: readonly FieldError[] }

/** Reads the form: every finding with a day needs its law, and at least one finding needs a day. */
export function readOrder(findings: readonly OpenFinding[], typed: Typed, today: Day): OrderRead {
  const form = reader(typed, today)
  const violations = findings.flatMap((finding): Violation[] => {
    const by = `by-${finding.number}`
    const correct_by = form.day(by)
    if (!correct_by) return []
    if (correct_by < today) form.refuse(by, 'The time to correct it can’t be in the past.')
    const law = form.line(`law-${finding.number}`, 'Enter the law or rule that was violated.', 300)
    return [{ finding: finding.name, found: finding.body, law, correct_by }]
  })
  const [first] = findings
  if (violations.length === 0 && form.problems.length === 0 && first)
    form.refuse(`by-${first.number}`, 'Enter a day for at least one finding.')
  return form.problems.length > 0 || violations.length === 0
    ? { kind: 'problems', problems: form.problems }
    : { kind: 'order', violations }
}
