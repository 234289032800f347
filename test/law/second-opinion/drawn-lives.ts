// Lives drawn by seed, realistic and nasty: most days fall on or beside days on which something happens.

import { day, textOf, yearlyDate } from './days.ts'
import type { Assignment, Completion, Contact, Duties, Life, Outside, Program, Settings } from './facts.ts'

type Drawn = { life: Life; asked: string[] }

export const drawnLife = (seed: number): Drawn => {
  const dice = new Dice(seed)
  const programs = dice.times(1, dice.chance(0.25) ? 2 : 1, (index) => program(dice, `program-${index}`))
  const assignments = programs.flatMap((it) => employments(dice, it.id))
  const child_protection = dice.chance(0.3) ? duties(dice) : []
  const completions = dice.times(0, 4, () => completion(dice, programs))
  const outside = dice.times(0, child_protection.length > 0 ? 4 : 2, () => outsideTraining(dice, programs))
  const life = { programs, assignments, completions, outside, child_protection, settings: settings(dice) }
  if (dice.chance(0.1)) forget(dice, life)
  if (dice.chance(0.01)) for (const _ of [1, 2]) forget(dice, life)
  return { life, asked: dice.times(2, 2, () => textOf(dice.anyDay())) }
}

const special = [
  '2022-07-31',
  '2022-08-01',
  '2022-12-31',
  '2023-01-01',
  '2023-01-02',
  '2024-02-29',
  '2024-12-31',
]
  .concat(['2025-02-28', '2025-03-31', '2022-03-01', '2020-01-31'])
  .map(day)

class Dice {
  days: number[] = []
  state: number

  constructor(seed: number) {
    this.state = (seed * 2_654_435_761) >>> 0
    for (let warm = 0; warm < 4; warm++) this.roll()
  }

  roll() {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  chance(part: number) {
    return this.roll() < part
  }

  whole(from: number, to: number) {
    return from + Math.floor(this.roll() * (to - from + 1))
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.whole(0, choices.length - 1)]!
  }

  times<T>(from: number, to: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.whole(from, to) }, (_, index) => make(index))
  }

  /** A day from 2021 to 2027, mostly near a day drawn before or one that the law names. */
  anyDay(): number {
    const near = this.days.length > 0 && this.chance(0.6) ? this.one(this.days) : null
    if (near === null)
      return this.chance(0.3) ? this.one(special) : this.whole(day('2021-06-01'), day('2027-12-31'))
    const beside = near + this.whole(-1, 2)
    return this.one([
      near,
      beside,
      yearlyDate(near),
      yearlyDate(near) + 1,
      near + this.whole(1, 120),
      near - this.whole(1, 80),
    ])
  }

  /** A day in a period, remembered so that others fall beside it. */
  within(from: number, to: number): number {
    const wished = this.anyDay()
    const found =
      wished >= from && wished <= to
        ? wished
        : from + Math.floor(this.roll() ** 2 * Math.max(0, Math.min(to - from, 900)))
    this.days.push(found)
    return found
  }
}

const LAST = day('2028-06-30')

/** Up to so many periods in a row, the last one perhaps open. */
const periods = (
  dice: Dice,
  from: number,
  to: number,
  most: number,
  open: number,
): [number, number | null][] => {
  const found: [number, number | null][] = []
  let earliest = from
  for (let left = dice.whole(0, most); left > 0 && earliest < to; left--) {
    const begins = dice.within(earliest, to)
    const ends = dice.chance(open) ? null : dice.within(begins, to)
    found.push([begins, ends])
    if (ends === null) break
    earliest = ends + 1
  }
  return found
}

const dated = ([from, to]: [number, number | null]) => ({
  from: textOf(from),
  to: to === null ? null : textOf(to),
})

const program = (dice: Dice, id: string): Program => {
  const type = 'st-cse-at-risk'
  const own = dice.chance(0.25) ? settings(dice) : {}
  if (dice.chance(0.55))
    return { id, certifications: [{ type, from: '2021-03-01', to: null }], settings: own }
  const held = periods(dice, day('2021-06-01'), LAST, 3, 0.4).map((it) => ({ type, ...dated(it) }))
  const other = dice.chance(0.2) ? [{ type: 'qrtp', from: '2021-01-01', to: null }] : []
  return { id, certifications: [...held, ...other], settings: own }
}

const employments = (dice: Dice, program: string): Assignment[] => {
  const first = dice.chance(0.3)
    ? dice.within(day('2021-01-01'), day('2022-08-02'))
    : dice.within(day('2021-06-01'), day('2027-06-30'))
  const found: Assignment[] = []
  let hired = first
  for (let left = dice.whole(1, 3) - 1; left >= 0; left--) {
    const leaves = left > 0 || dice.chance(0.2) ? dice.within(hired, Math.min(LAST, hired + 900)) : null
    found.push(employment(dice, program, hired, leaves))
    if (leaves === null || leaves >= LAST) break
    hired = dice.chance(0.3) ? leaves + 1 : dice.within(leaves + 1, LAST)
  }
  return found
}

const employment = (dice: Dice, program: string, hired: number, leaves: number | null): Assignment => {
  const end = leaves ?? LAST
  const whole = dice.chance(0.4)
  const contact: [number, number | null][] = whole
    ? [[dice.chance(0.6) ? hired : dice.within(hired, end), dice.chance(0.5) ? leaves : null]]
    : periods(dice, hired, end, 3, 0.6)
  return {
    program,
    hired_on: textOf(hired),
    separated_on: leaves === null ? null : textOf(leaves),
    contact: contact.map((it) => ({
      ...dated(it),
      ...(dice.chance(0.2) ? { from_at: instant(dice, it[0]) } : {}),
    })),
    leave: dice.chance(0.35) ? periods(dice, hired, end, 2, 0.2).map(dated) : [],
  }
}

const instant = (dice: Dice, on: number) => {
  const hour = dice.one(['05', '07', '08', '09', '16', '23'])
  return `${textOf(on)}T${hour}:${dice.one(['00', '30'])}:00-06:00`
}

const trainingDay = (dice: Dice) => dice.within(day('2019-06-01'), LAST)

const completion = (dice: Dice, programs: Program[]): Completion => {
  const on = trainingDay(dice)
  const late = dice.one(['04:30:00Z', '05:30:00Z', '12:00:00Z', '14:00:00Z', '15:00:00Z'])
  return {
    course: dice.chance(0.88) ? 'residential-settings' : 'child-protection',
    approved: !dice.chance(0.08),
    ...(dice.chance(0.4) ? { completed_at: `${textOf(on)}T${late}` } : { completed_on: textOf(on) }),
    ...(dice.chance(0.15) ? { accepted: dice.one([true, false, null]) } : {}),
    ...common(dice, on, programs),
  }
}

const outsideTraining = (dice: Dice, programs: Program[]): Outside => {
  const on = dice.chance(0.3) ? dice.whole(day('2019-11-01'), day('2022-05-01')) : trainingDay(dice)
  return {
    code: dice.one(['X205', 'X100', 'X203', 'X204', '239A', '239B', '239C', 'X113', null, null, null]),
    title: 'A training',
    completed_on: textOf(on),
    human_trafficking: !dice.chance(0.25),
    same_curriculum: dice.chance(0.3),
    certificate_verified: dice.one([true, true, false, null]),
    accepted: dice.one([true, true, true, true, false, null]),
    ...common(dice, on, programs),
  }
}

const common = (dice: Dice, on: number, programs: Program[]) => ({
  hours: dice.one([1.5, 4, 4, 7.5, 15, 16]),
  ...(dice.chance(0.4) ? { program: dice.one(programs).id } : {}),
  ...(dice.chance(0.3)
    ? { verified: [{ program: dice.one(programs).id, on: textOf(on + dice.whole(0, 40)) }] }
    : {}),
  ...(dice.chance(0.04) ? { voided_on: textOf(on + dice.whole(0, 100)) } : {}),
})

const duties = (dice: Dice): Duties[] => {
  const found: Duties[] = []
  const own = dice.chance(0.3) ? settings(dice) : {}
  let hired = dice.within(day('2019-06-01'), day('2027-01-01'))
  for (let left = dice.whole(1, 3); left > 0; left--) {
    const begins =
      dice.chance(0.5) && hired >= (found.at(-1) ? day(found.at(-1)!.duties_to!) + 1 : 0)
        ? hired
        : dice.within(Math.max(hired, endOfLast(found) + 1), LAST)
    const ends = left > 1 || dice.chance(0.2) ? dice.within(begins, LAST) : null
    found.push({
      agency: 'county',
      hired_on: textOf(hired),
      duties_from: textOf(begins),
      duties_to: ends === null ? null : textOf(ends),
      settings: own,
    })
    if (ends === null || ends >= LAST - 2) break
    if (dice.chance(0.5)) hired = dice.within(ends + 1, LAST)
  }
  return found
}

const endOfLast = (found: Duties[]) => (found.at(-1)?.duties_to ? day(found.at(-1)!.duties_to!) : -ALL_BEFORE)
const ALL_BEFORE = 30_000

const settings = (dice: Dice): Settings => {
  if (dice.chance(0.5)) return {}
  const some = <K extends keyof Settings>(key: K, choices: NonNullable<Settings[K]>[]) =>
    dice.chance(0.3) ? { [key]: dice.one(choices) } : {}
  return {
    ...some('annual_anchor', ['keep-month', 're-anchor']),
    ...some('leave', ['keeps-running', 'not-required']),
    ...some('transfer', ['verified-first', 'carries']),
    ...some('rehire', ['initial-again', 'prior-initial-counts']),
    ...some('later_certification', ['day-of', 'day-before']),
    ...some('same_day_contact', ['day-before', 'accept-and-flag']),
    ...some('hours_year', ['fiscal', 'hire-anniversary', 'calendar']),
    ...some('fiscal_year_month', [1, 3, 7, 10]),
    ...some('trafficking_due_months', [1, 6, 12]),
  }
}

/** One fact goes missing. */
const forget = (dice: Dice, life: Life) => {
  const assignment = dice.one(life.assignments!)
  const contact = dice.one<Contact | undefined>(assignment.contact ?? [])
  const completion = dice.one<Completion | undefined>(life.completions!)
  const outside = dice.one<Outside | undefined>(life.outside!)
  const program = dice.one(life.programs!)
  const work = dice.one<Duties | undefined>(life.child_protection!)
  const ways: (() => void)[] = [
    () => {
      assignment.hired_on = null
    },
    () => {
      assignment.contact = null
    },
    () => {
      if (contact && !contact.from_at) contact.from = null
    },
    () => {
      program.certifications = null
    },
    () => {
      const first = program.certifications?.[0]
      if (first) first.from = null
    },
    () => {
      if (completion) completion.approved = null
    },
    () => {
      if (completion) {
        completion.completed_on = null
        completion.completed_at = null
        completion.verified = []
      }
    },
    () => {
      if (outside) outside.completed_on = null
      if (outside) outside.verified = []
    },
    () => {
      if (outside) outside.human_trafficking = null
    },
    () => {
      if (outside) outside.same_curriculum = null
    },
    () => {
      if (outside) outside.hours = null
    },
    () => {
      if (work && life.child_protection!.length === 1) work.hired_on = null
    },
    () => {
      if (work) work.duties_from = null
    },
  ]
  dice.one(ways)()
}
