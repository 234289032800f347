// What an agency's child-protection staff need. No fact is missing here: worlds.ts fills them in.

import { covers, day, endOf, minnesotaDay, monthsAfter, type Period, startOf } from './days.ts'
import type { Completion, Duties, Life, Outside, Row, Settings } from './facts.ts'

const SOON = 60
const HOURS = 15

/** Whether an unconfirmed course counts is a fact that no one has: worlds.ts tries both. */
type Taken = Outside & { confirmed?: boolean }
type Employment = Period & { duties: Period[]; settings: Settings }

const onOf = (it: Completion | Outside) =>
  'completed_at' in it && it.completed_at ? minnesotaDay(it.completed_at) : day(it.completed_on!)

/** The courses of the Academy whose credit its pages leave open (R19, C9, C11). */
export const isUnconfirmed = (it: Outside) => {
  const code = codeOf(it)
  const on = it.completed_on ? day(it.completed_on) : null
  if (code === 'X113' || code === '239C') return true
  if (code === 'X205') return on !== null && on < day('2022-03-01')
  return code === 'X100' && on !== null && within(on, '2020-01-01', '2020-01-31')
}

export const agencyRows = (life: Life, agency: string, n: number): { [requirement: string]: Row } => {
  const employments = employmentsAt(life, agency)
  const now = employments.findLast((it) => it.from <= n) ?? employments[0]!
  const taken = (life.outside ?? []).filter((it) => it.accepted === true && !it.voided_on && onOf(it) <= n)
  const months = now.settings.trafficking_due_months ?? null
  const employed = now.from <= n && n <= now.to
  const onDuty = employed && covers(now.duties, n)
  const traffickingDue = months === null ? null : monthsAfter(now.from, months)
  return {
    'child-protection-trafficking': onceRow(traffickingOn(taken), traffickingDue, onDuty, n),
    'child-protection-foundation': onceRow(foundationOn(taken), monthsAfter(now.from, 6), employed, n),
    'annual-hours': hoursRow(life, now, onDuty, n),
  }
}

/** I-C9: duties of one day of hire are one employment. */
const employmentsAt = (life: Life, agency: string) => {
  const found = new Map<number, Employment>()
  for (const it of (life.child_protection ?? []).filter((one) => one.agency === agency)) {
    const hired = startOf(it.hired_on)
    const known = found.get(hired) ?? { from: hired, to: hired, duties: [], settings: {} }
    known.duties.push({ from: startOf(it.duties_from), to: endOf(it.duties_to) })
    known.to = Math.max(...known.duties.map((one) => one.to))
    known.settings = settingsOf(life, it)
    found.set(hired, known)
  }
  return [...found.values()].toSorted((a, b) => a.from - b.from)
}

const settingsOf = (life: Life, it: Duties) => ({ ...life.settings, ...it.settings })

// R19

const traffickingOn = (taken: Taken[]) => {
  const first = (test: (it: Taken, on: number) => boolean) =>
    Math.min(...taken.filter((it) => test(it, onOf(it))).map(onOf))
  const one = first((it, on) =>
    isUnconfirmed(it)
      ? it.confirmed === true
      : codeOf(it) === 'X205' || (codeOf(it) === 'X100' && on > day('2020-01-31')),
  )
  const inWindow = (on: number) => within(on, '2019-12-01', '2022-03-31')
  const overview = first((it, on) => ['X203', '239A'].includes(codeOf(it)) && inWindow(on))
  const response = first((it, on) => ['X204', '239B'].includes(codeOf(it)) && inWindow(on))
  return finite(Math.min(one, Math.max(overview, response)))
}

// R20, I-C10

const foundationOn = (taken: Taken[]) =>
  finite(Math.min(...taken.filter((it) => ['X100', 'X113'].includes(codeOf(it))).map(onOf)))

const codeOf = (it: Outside) => (it.code ?? '').trim().toUpperCase()
const within = (on: number, from: string, to: string) => day(from) <= on && on <= day(to)
const finite = (on: number) => (Number.isFinite(on) ? on : null)

const onceRow = (satisfied: number | null, due: number | null, asked: boolean, n: number): Row => {
  if (satisfied !== null) {
    const late = due === null ? 0 : Math.max(0, satisfied - due)
    return { standing: asked ? 'current' : 'not_required', due: asked ? due : null, satisfied, late }
  }
  if (!asked) return { standing: 'not_required', due: null, satisfied, late: 0 }
  if (due === null) return { standing: 'not_cleared', due, satisfied, late: 0 }
  if (n > due) return { standing: 'overdue', due, satisfied, late: n - due }
  return { standing: due - n <= SOON ? 'due_soon' : 'current', due, satisfied, late: 0 }
}

// R21

const hoursRow = (life: Life, now: Employment, asked: boolean, n: number): Row => {
  const { from, to } = hoursYear(now, n)
  const trainings = [...(life.completions ?? []), ...(life.outside ?? [])]
    .filter((it) => it.accepted === true && !it.voided_on)
    .map((it) => ({ on: onOf(it), hours: it.hours ?? 0 }))
    .filter((it) => from <= it.on && it.on <= Math.min(n, to))
    .toSorted((a, b) => a.on - b.on)
  let sum = 0
  let satisfied: number | null = null
  for (const it of trainings) {
    sum += it.hours
    if (sum >= HOURS) satisfied ??= it.on
  }
  if (!asked) {
    const noYearYet = now.settings.hours_year === 'hire-anniversary' && n < now.from
    return { standing: 'not_required', due: null, satisfied: noYearYet ? null : satisfied, late: 0 }
  }
  const standing = satisfied !== null || to - n > SOON ? 'current' : 'due_soon'
  return { standing, due: to, satisfied, late: 0 }
}

const hoursYear = (now: Employment, n: number) => {
  const first =
    now.settings.hours_year === 'hire-anniversary'
      ? now.from
      : day(`2000-${String(firstMonth(now.settings)).padStart(2, '0')}-01`)
  let years = Math.floor((n - first) / 365.25) - 1
  while (monthsAfter(first, (years + 1) * 12) <= n) years++
  return { from: monthsAfter(first, years * 12), to: monthsAfter(first, (years + 1) * 12) - 1 }
}

const firstMonth = (settings: Settings) =>
  settings.hours_year === 'fiscal' ? (settings.fiscal_year_month ?? 7) : 1
