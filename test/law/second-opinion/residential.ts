// The residential training at one program, lived day by day. No fact is missing here: worlds.ts fills them in.

import { ALWAYS, covers, day, endOf, minnesotaDay, type Period, startOf, yearlyDate } from './days.ts'
import type { Assignment, Clearance, Completion, Life, Outside, Program, Row, Settings } from './facts.ts'

const EARLY_HIRE_ENDS = day('2022-08-01')
const EARLY_HIRE_DUE = day('2023-01-01')
const SOON = 60

type Stint = Period & { contact: (Period & { at: number | null })[]; leave: Period[] }
type Training = { on: number; at: number | null; counts: number; initial: boolean }

const NEVER: Stint = { from: ALWAYS, to: ALWAYS, contact: [], leave: [] }

/** What is true of one person at one program on each day. */
export type Place = {
  settings: Settings
  certifications: Period[]
  stints: Stint[]
  trainings: Training[]
  last: number
}

export const placeOf = (life: Life, program: Program): Place => {
  const settings = { ...life.settings, ...program.settings }
  const certifications = (program.certifications ?? [])
    .filter((it) => it.type === 'st-cse-at-risk')
    .map((it) => ({ from: startOf(it.from), to: endOf(it.to) }))
  const assignments = (life.assignments ?? []).filter((it) => it.program === program.id)
  const tolls = settings.leave !== 'keeps-running'
  const stints = assignments.length > 0 ? joined(assignments.map(stintOf), tolls) : [NEVER]
  const trainings = trainingsAt(life, program.id, settings)
  const days = [...certifications, ...stints, ...stints.flatMap((it) => [...it.contact, ...it.leave])]
  const ends = [
    ...days.flatMap((it) => [it.from, it.to]),
    ...trainings.flatMap((it) => [it.counts, it.on + 800]),
  ]
  const last = Math.max(EARLY_HIRE_DUE, ...ends.filter((it) => it < ALWAYS)) + 2
  return { settings, certifications, stints, trainings, last }
}

const stintOf = (it: Assignment): Stint => ({
  from: startOf(it.hired_on),
  to: endOf(it.separated_on),
  contact: (it.contact ?? []).map((c) => ({
    from: startOf(c.from),
    to: Math.min(endOf(c.to), endOf(it.separated_on)),
    at: c.from_at ? Date.parse(c.from_at) : null,
  })),
  leave: (it.leave ?? []).map((l) => ({
    from: day(l.from),
    to: Math.min(endOf(l.to), endOf(it.separated_on)),
  })),
})

/** I-C4: employments with no day between them and contact unbroken are one. */
const joined = (stints: Stint[], tolls: boolean) => {
  const works = (it: Stint, n: number) => covers(it.contact, n) && !(tolls && covers(it.leave, n))
  const result: Stint[] = []
  for (const next of stints.toSorted((a, b) => a.from - b.from)) {
    const before = result.at(-1)
    const unbroken =
      before && before.to + 1 === next.from && works(before, before.to) && works(next, next.from)
    if (unbroken)
      result[result.length - 1] = {
        from: before.from,
        to: next.to,
        contact: [...before.contact, ...next.contact],
        leave: [...before.leave, ...next.leave],
      }
    else result.push(next)
  }
  return result
}

/** R7, R11, R12, R17 and I-C8: what counts here, and from which day it does. */
const trainingsAt = (life: Life, program: string, settings: Settings) => {
  const own = (life.completions ?? []).map((it) => ({ record: it, ...ownCredit(it) }))
  const outside = (life.outside ?? []).map((it) => ({ record: it, ...outsideCredit(it) }))
  const found: Training[] = []
  for (const { record, initial, annual } of [...own, ...outside]) {
    if (record.voided_on || !(initial || annual)) continue
    const instant = 'completed_at' in record ? record.completed_at : null
    const on = instant ? minnesotaDay(instant) : day(record.completed_on!)
    const verified = (record.verified ?? []).filter((it) => it.program === program).map((it) => day(it.on))
    const elsewhere = settings.transfer === 'verified-first' && record.program !== program
    const counts = elsewhere ? Math.max(on, Math.min(ALWAYS, ...verified)) : on
    found.push({ on, at: instant ? Date.parse(instant) : null, counts, initial })
  }
  return found.toSorted((a, b) => a.on - b.on || a.counts - b.counts || (a.at ?? 0) - (b.at ?? 0))
}

const ownCredit = (it: Completion) => {
  const initial = it.course === 'residential-settings' && it.approved === true
  return { initial, annual: initial || it.accepted === true }
}

const outsideCredit = (it: Outside) => {
  const accepted = it.accepted === true
  const initial = accepted && it.same_curriculum === true && it.certificate_verified === true
  return { initial, annual: initial || (accepted && it.human_trafficking === true) }
}

// One day

const certified = (place: Place, n: number) => covers(place.certifications, n)
const employed = (place: Place, n: number) => covers(place.stints, n)
const tolls = (place: Place) => place.settings.leave !== 'keeps-running'
/** R10: a leave takes away contact, and so says nothing where there is none. */
const onLeave = (place: Place, stint: Stint, n: number) =>
  tolls(place) && covers(stint.leave, n) && covers(stint.contact, n)

const inContact = (place: Place, n: number) =>
  place.stints.some((it) => it.from <= n && n <= it.to && covers(it.contact, n) && !onLeave(place, it, n))
const required = (place: Place, n: number) => certified(place, n) && inContact(place, n)

/** The employment of that day, else the one before, else the one to come. */
const stintIndex = (place: Place, n: number) =>
  Math.max(
    0,
    place.stints.findLastIndex((it) => it.from <= n),
  )

const firstDay = (from: number, to: number, test: (n: number) => boolean) => {
  for (let n = from; n <= to; n++) if (test(n)) return n
  return null
}

// The initial training

const initialOf = (place: Place, n: number) => {
  const index = stintIndex(place, n)
  const again = place.settings.rehire === 'initial-again' && index > 0
  const after = again ? place.stints[index - 1]!.to : -ALWAYS
  const usable = place.trainings.filter((it) => it.initial && it.counts <= n && it.on > after)
  return usable.toSorted((a, b) => a.counts - b.counts)[0] ?? null
}

type Due = { on: number | null; accepts: number | null; early?: true }

/** R2, R13, R14, R15: the date, and the day of contact on which finishing first is still in time. */
const initialDue = (place: Place, n: number, done: Training | null): Due => {
  const stint = place.stints[stintIndex(place, n)]!
  const first = firstRequired(place, stint, stint.from)
  const dueAt = (begins: number): Due =>
    !certified(place, begins - 1) && inContact(place, begins - 1)
      ? { on: laterCertification(place, stint, begins), accepts: null }
      : beforeContact(place, begins)
  if (first === null) return { on: null, accepts: null }
  const early = stint.from < EARLY_HIRE_ENDS
  if (early && first <= EARLY_HIRE_DUE) {
    const inTime = n <= EARLY_HIRE_DUE || (done && done.counts <= EARLY_HIRE_DUE)
    const date: Due = { on: EARLY_HIRE_DUE, accepts: null, early: true }
    if (inTime || required(place, EARLY_HIRE_DUE)) return date
    const back = firstRequired(place, stint, EARLY_HIRE_DUE + 1)
    return back === null ? date : dueAt(back)
  }
  return dueAt(first)
}

const firstRequired = (place: Place, stint: Stint, from: number) =>
  firstDay(from, Math.min(stint.to, place.last), (n) => required(place, n))

const beforeContact = (place: Place, first: number): Due =>
  place.settings.same_day_contact === 'day-before'
    ? { on: first - 1, accepts: null }
    : { on: first, accepts: first }

/** R15: a program's own interpretation speaks of a first certification; when one comes back, the day before it. */
const laterCertification = (place: Place, stint: Stint, begins: number) =>
  place.settings.later_certification === 'day-of' && firstRequired(place, stint, stint.from) === begins
    ? begins
    : begins - 1

/** R6, I-A2, I-C5: the required days after the date, up to and including the day it was done. */
const lateDays = (place: Place, due: number, done: Training | null, n: number) => {
  let late = 0
  const end = done ? done.counts : n
  for (let at = due + 1; at <= end; at++) if (required(place, at)) late++
  if (!done) return late
  const excused = finishedBeforeContact(place, done)
  if (excused) return late - (required(place, end) && end > due ? 1 : 0)
  return late + (excused === false && end === due ? 1 : 0)
}

/** On the day contact begins or resumes: whether it was done before that. Null on any other day. */
const finishedBeforeContact = (place: Place, done: Training) => {
  const n = done.counts
  if (!inContact(place, n) || inContact(place, n - 1)) return null
  if (place.settings.same_day_contact === 'day-before') return false
  const begins = place.stints.flatMap((it) => it.contact).find((it) => it.from === n && it.at !== null)
  return !(begins && done.at !== null && done.on === n && done.at >= begins.at!)
}

export const initialRow = (place: Place, n: number): Row => {
  const done = initialOf(place, n)
  const due = initialDue(place, n, done)
  const wrongSide = done && due.accepts !== null && done.counts === due.accepts
  const late =
    due.on === null || (!done && !required(place, n)) || (done && done.counts < due.on)
      ? 0
      : done && done.counts === due.on && !wrongSide
        ? 0
        : Math.max(
            lateDays(place, due.on, done, n),
            done && done.counts > due.on && required(place, due.on) ? 1 : 0,
          )
  const row: Row = { standing: 'not_required', due: due.on, satisfied: done?.on ?? null, late }
  row.standing = initialStanding(place, n, done, row, due.early === true)
  if (row.standing === 'not_required') row.due = null
  return row
}

const initialStanding = (place: Place, n: number, done: Training | null, row: Row, early: boolean) => {
  const stint = place.stints[stintIndex(place, n)]!
  if (!employed(place, n) || onLeave(place, stint, n)) return 'not_required'
  if (!certified(place, n)) return done ? 'not_required' : beforeCertification(place, stint, n, row, early)
  if (!inContact(place, n) && hadContact(place, stint, n)) return 'not_required'
  if (done) return 'current'
  const waits = early && n <= EARLY_HIRE_DUE
  if (!inContact(place, n) && !waits) return 'due_before_contact'
  return mayStart(place, n) ? soon(row.due!, n) : 'not_cleared'
}

/** I-C1: in the last 60 days, R15's date for who will be in contact that day; for who has none yet, R8. */
const beforeCertification = (place: Place, stint: Stint, n: number, row: Row, early: boolean) => {
  const next = place.certifications.map((it) => it.from).filter((it) => it > n)
  if (next.length === 0) return 'not_required'
  const begins = Math.min(...next)
  const meets = firstRequired(place, stint, begins)
  const ended = hadContact(place, stint, n) && !inContact(place, n)
  if (meets === null || ended) return 'not_required'
  if (meets === begins && inContact(place, begins - 1)) {
    const waits = early && begins <= EARLY_HIRE_DUE
    row.due = waits ? EARLY_HIRE_DUE : laterCertification(place, stint, begins)
    return row.due - n <= SOON ? 'due_soon' : 'not_required'
  }
  if (early) return EARLY_HIRE_DUE - n <= SOON ? 'due_soon' : 'not_required'
  if (begins - n > SOON || hadContact(place, stint, n)) return 'not_required'
  return 'due_before_contact'
}

const hadContact = (place: Place, stint: Stint, n: number) =>
  firstDay(stint.from, n, (it) => inContact(place, it)) !== null

const soon = (due: number, n: number) => (due - n <= SOON ? 'due_soon' : 'current')

/** Without the initial training: the early hires' time, and the day of a certification where a program sets it. */
const mayStart = (place: Place, n: number) => {
  const stint = place.stints[stintIndex(place, n)]!
  if (stint.from < EARLY_HIRE_ENDS && n <= EARLY_HIRE_DUE) return true
  const first = firstRequired(place, stint, stint.from) ?? n
  const isFirst = first >= n && !certified(place, n - 1) && inContact(place, n - 1)
  return isFirst && place.settings.later_certification === 'day-of'
}

// The yearly training

/** R4 to R7, I-C0: each training in turn moves the date. The last was late by the date that held until it counted. */
const year = (place: Place, n: number) => {
  const initial = initialOf(place, n)
  if (!initial) return null
  const counted = place.trainings.filter((it) => it.counts <= n && it.on >= initial.on)
  const { latest, due } = moved(place, initial, counted)
  const earlier = counted.filter((it) => it.counts < latest.counts && it.on < latest.on)
  const before = latest.on === initial.on ? null : moved(place, initial, earlier).due
  return { latest, before, due }
}

const moved = (place: Place, initial: Training, counted: Training[]) => {
  let latest = initial
  let due = yearlyDate(initial.on)
  for (const next of counted) {
    if (next.on === latest.on) continue
    const kept = place.settings.annual_anchor === 'keep-month' && next.on <= due && due - next.on <= 90
    due = kept ? yearlyDate(due) : yearlyDate(next.on)
    latest = next
  }
  return { latest, due }
}

export const annualRow = (place: Place, n: number): Row => {
  const found = year(place, n)
  const row: Row = { standing: 'not_required', due: null, satisfied: found?.latest.on ?? null, late: 0 }
  if (!found) return row
  if (found.before !== null && found.latest.counts > found.before)
    row.late = lateDays(place, found.before, found.latest, n)
  const stint = place.stints[stintIndex(place, n)]!
  if (!employed(place, n) || !certified(place, n) || onLeave(place, stint, n)) return row
  if (!inContact(place, n) && hadContact(place, stint, n)) return row
  row.due = found.due
  if (n <= found.due) row.standing = soon(found.due, n)
  else if (!inContact(place, n)) row.standing = 'due_before_contact'
  else {
    row.standing = 'overdue'
    row.late = lateDays(place, found.due, null, n)
  }
  return row
}

// Clearance

/** I-C7: about each day for itself, by the trainings known on the day asked. Who is on leave is not to begin. */
export const clearance = (place: Place, asked: number): Clearance => {
  const known = { ...place, trainings: place.trainings.filter((it) => it.counts <= asked) }
  const years = place.stints.map((it) => year(known, Math.max(it.from, asked)))
  const cleared = (n: number) => {
    if (!employed(place, n) || place.stints.some((it) => covers(it.leave, n))) return false
    if (!certified(place, n)) return true
    const found = years[stintIndex(place, n)]
    return found ? n <= found.due : mayStart(place, n)
  }
  if (!cleared(asked)) return { answer: 'no', until: null }
  const ends = firstDay(asked + 1, Math.max(place.last, asked), (it) => !cleared(it))
  return { answer: 'yes', until: ends === null ? null : ends - 1 }
}
