// I-A3: a missing fact is judged by every value it could have. Each value that could make a difference is tried:
// the days on or beside which something happens, and yes and no.

import { isUnconfirmed } from './child-protection.ts'
import { day, minnesotaDay, monthsAfter, textOf } from './days.ts'
import type { Assignment, Completion, Dated, Duties, Life, Outside, Program } from './facts.ts'

/** Every life that this one could be, for what it leaves open; itself alone where nothing is missing. */
export const worldsOf = (life: Life, asked: number): Life[] => {
  const days = lacksNothing(life) ? [] : interestingDays(life, asked)
  const forAgency = (life.child_protection ?? []).length > 0
  return [life]
    .flatMap((it) => each(it, 'programs', (one) => programs(one, days)))
    .flatMap((it) => each(it, 'assignments', (one) => assignments(one, days, asked)))
    .flatMap((it) => each(it, 'completions', (one) => completions(one, days, forAgency)))
    .flatMap((it) => each(it, 'outside', (one) => outside(one, days, forAgency)))
    .flatMap((it) => each(it, 'child_protection', (one) => duties(one, days)))
    .filter(isPossible)
}

/** A quick look only: where nothing is null or left out, no day has to be tried. */
const lacksNothing = (life: Life) =>
  (life.programs ?? []).every((it) => it.certifications?.every((one) => one.from !== null)) &&
  (life.assignments ?? []).every(
    (it) => it.hired_on !== null && it.contact?.every((one) => one.from !== null),
  ) &&
  [...(life.completions ?? []), ...(life.outside ?? [])].every(isDated) &&
  (life.child_protection ?? []).every((it) => it.hired_on !== null && it.duties_from !== null)

type Lists = 'programs' | 'assignments' | 'completions' | 'outside' | 'child_protection'

const each = <K extends Lists>(
  life: Life,
  key: K,
  choices: (one: NonNullable<Life[K]>[number]) => unknown[],
) => {
  let lists: unknown[][] = [[]]
  for (const one of life[key] ?? []) {
    const options = choices(one as never)
    lists = lists.flatMap((list) => options.map((option) => [...list, option]))
  }
  return lists.length === 1 && lists[0]!.every((it, index) => it === life[key]?.[index])
    ? [life]
    : lists.map((list) => ({ ...life, [key]: list }) as Life)
}

const interestingDays = (life: Life, asked: number) => {
  const found = new Set<number>()
  const add = (on: number) => {
    for (const it of [on - 1, on, on + 1]) found.add(it)
  }
  const written = JSON.stringify(life).match(/"\d{4}-\d\d-\d\d"/g) ?? []
  for (const text of written) add(day(text.slice(1, -1)))
  for (const it of life.completions ?? []) if (it.completed_at) add(minnesotaDay(it.completed_at))
  for (const text of ['1990-06-15', '2022-08-01', '2023-01-01']) add(day(text))
  for (let months = -15; months <= -9; months++) add(monthsAfter(asked, months))
  const monthStart = day(`${textOf(monthsAfter(asked, -12)).slice(0, 8)}01`)
  for (const on of [monthStart, asked, asked + 30, asked + 60, asked + 400]) add(on)
  return [...found].toSorted((a, b) => a - b).map(textOf)
}

const programs = (it: Program, days: string[]): Program[] => {
  const type = 'st-cse-at-risk'
  const held = it.certifications
    ? begun(it.certifications, days)
    : [[], ...days.map((from) => [{ type, from, to: null }])]
  return held.map((certifications) => (certifications === it.certifications ? it : { ...it, certifications }))
}

const assignments = (it: Assignment, days: string[], asked: number): Assignment[] => {
  const hires = it.hired_on === null ? days : [it.hired_on]
  return hires
    .flatMap((hired_on) => contacts(it, days, asked).map((contact) => ({ ...it, hired_on, contact })))
    .map((one) => (it.hired_on !== null && one.contact === it.contact ? it : one))
}

const contacts = (it: Assignment, days: string[], asked: number): NonNullable<Assignment['contact']>[] => {
  if (!it.contact) {
    const yesterday = textOf(asked - 1)
    const ended = days.filter((from) => from <= yesterday).map((from) => [{ from, to: yesterday }])
    return [[], ...days.map((from) => [{ from, to: null }]), ...ended]
  }
  return begun(it.contact, days)
}

/** Each period whose first day is not on file, begun on every day that it could have. */
const begun = <T extends Dated>(periods: T[], days: string[]): T[][] => {
  let all = [periods]
  periods.forEach((one, index) => {
    if (one.from !== null) return
    const fits = days.filter((on) => !one.to || on <= one.to)
    all = all.flatMap((list) => fits.map((from) => list.with(index, { ...one, from })))
  })
  return all
}

const completions = (it: Completion, days: string[], forAgency: boolean): Completion[] =>
  dated(it, days).flatMap((one) => (forAgency ? hours(one) : approvals(one)))

const approvals = (it: Completion): Completion[] =>
  it.course === 'residential-settings' && it.approved == null
    ? [true, false].map((approved) => ({ ...it, approved }))
    : [it]

const outside = (it: Outside, days: string[], forAgency: boolean): Outside[] => {
  if (it.accepted !== true) return [it]
  const all = dated(it, days)
  if (!forAgency)
    return all
      .flatMap((one) => yesOrNo(one, 'human_trafficking'))
      .flatMap((one) => yesOrNo(one, 'same_curriculum'))
  return all
    .flatMap((one) =>
      isUnconfirmed(one) ? [true, false].map((confirmed) => ({ ...one, confirmed })) : [one],
    )
    .flatMap(hours)
}

const isDated = (it: Completion | Outside) =>
  Boolean(it.completed_on || ('completed_at' in it && it.completed_at))

const dated = <T extends Completion | Outside>(it: T, days: string[]): T[] =>
  isDated(it) ? [it] : days.map((completed_on) => ({ ...it, completed_on }))

const yesOrNo = (it: Outside, key: 'human_trafficking' | 'same_curriculum'): Outside[] =>
  it[key] == null ? [true, false].map((value) => ({ ...it, [key]: value })) : [it]

const hours = <T extends Completion | Outside>(it: T): T[] =>
  it.accepted === true && it.hours == null ? [0, 15].map((value) => ({ ...it, hours: value })) : [it]

const duties = (it: Duties, days: string[]): Duties[] => {
  const hires = it.hired_on === null ? days : [it.hired_on]
  const begins = it.duties_from === null ? days : [it.duties_from]
  if (hires[0] === it.hired_on && begins[0] === it.duties_from) return [it]
  return hires.flatMap((hired_on) => begins.map((duties_from) => ({ ...it, hired_on, duties_from })))
}

// What cannot be true together

const LAST = '2199-12-31'

const isPossible = (life: Life) =>
  (life.assignments ?? []).every((it) => isWhole(it)) &&
  (life.child_protection ?? []).every(
    (it) => it.hired_on! <= it.duties_from! && it.duties_from! <= (it.duties_to ?? LAST),
  ) &&
  inOrder(life.child_protection ?? []) &&
  apart((life.assignments ?? []).map((it) => [it.program, it.hired_on!, it.separated_on ?? LAST])) &&
  apart((life.child_protection ?? []).map((it) => [it.agency, it.duties_from!, it.duties_to ?? LAST])) &&
  (life.programs ?? []).every((it) =>
    apart((it.certifications ?? []).map((one) => [one.type, one.from!, one.to ?? LAST])),
  )

const isWhole = (it: Assignment) => {
  const end = it.separated_on ?? LAST
  const contact = it.contact ?? []
  return (
    it.hired_on! <= end &&
    [...contact, ...(it.leave ?? [])].every((one) => it.hired_on! <= one.from! && one.from! <= end) &&
    apart(contact.map((one) => ['', one.from!, one.to ?? end]))
  )
}

const apart = (periods: [string, string, string][]) => {
  const sorted = periods.toSorted((a, b) => (a[0] + a[1] < b[0] + b[1] ? -1 : 1))
  return sorted.every((it, index) => {
    const next = sorted[index + 1]
    return !next || next[0] !== it[0] || it[2] < next[1]
  })
}

/** Employments at one agency follow each other; duties that come back within one keep its day of hire. */
const inOrder = (all: Duties[]) => {
  const sorted = all.toSorted((a, b) => (a.duties_from! < b.duties_from! ? -1 : 1))
  return sorted.every((it, index) => {
    const before = sorted[index - 1]
    return !before || it.hired_on === before.hired_on || it.hired_on! > (before.duties_to ?? LAST)
  })
}
