// The facts of one life, as docs/standing.schema.json has them, and the answer.

export type Dated = { from: string | null; to?: string | null }
export type Contact = Dated & { from_at?: string | null }
export type Settings = {
  annual_anchor?: 're-anchor' | 'keep-month'
  leave?: 'not-required' | 'keeps-running'
  transfer?: 'carries' | 'verified-first'
  rehire?: 'prior-initial-counts' | 'initial-again'
  later_certification?: 'day-before' | 'day-of'
  same_day_contact?: 'accept-and-flag' | 'day-before'
  hours_year?: 'calendar' | 'hire-anniversary' | 'fiscal'
  fiscal_year_month?: number
  trafficking_due_months?: number | null
}
export type Program = {
  id: string
  certifications?: (Dated & { type: string })[] | null
  settings?: Settings
}
export type Assignment = {
  program: string
  hired_on: string | null
  separated_on?: string | null
  contact?: Contact[] | null
  leave?: { from: string; to?: string | null }[]
}
type Record = {
  completed_on?: string | null
  hours?: number | null
  accepted?: boolean | null
  verified?: { program: string; on: string }[]
  program?: string
  voided_on?: string | null
}
export type Completion = Record & { course: string; approved?: boolean | null; completed_at?: string | null }
export type Outside = Record & {
  code?: string | null
  title: string
  human_trafficking?: boolean | null
  same_curriculum?: boolean | null
  certificate_verified?: boolean | null
}
export type Duties = {
  agency: string
  hired_on: string | null
  duties_from: string | null
  duties_to?: string | null
  settings?: Settings
}
export type Life = {
  programs?: Program[]
  assignments?: Assignment[]
  completions?: Completion[]
  outside?: Outside[]
  child_protection?: Duties[]
  settings?: Settings
}

type Standing =
  | 'not_required'
  | 'due_before_contact'
  | 'current'
  | 'due_soon'
  | 'overdue'
  | 'not_cleared'
  | 'unknown'
export type Row = { standing: Standing; due: number | null; satisfied: number | null; late: number }
export type Clearance = { answer: 'yes' | 'no' | 'unknown'; until: number | null }
export type Opinion = { rows: { [key: string]: Row }; clearance: { [program: string]: Clearance } }
