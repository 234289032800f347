import type { Assignment, Certification, Conflict, Facts, Program } from '#server/law/facts/facts.ts'
import { endWords } from '#server/law/facts/period-words.ts'
import { covers, holds, joined, overlap, type Period, without } from '#server/law/facts/periods.ts'
import { specializedCertification } from '#server/law/facts/ruleset.ts'
import { defaultSettings } from '#server/law/facts/settings.ts'
import { addDays, type Day } from '#server/lib/days.ts'

/** One person’s situation at one program on one day, before any question of training. */
export type Situation = {
  readonly on: Day
  readonly program: Program
  /** Every employment at this program, by day of hire. */
  readonly employments: readonly Assignment[]
  /** Employments at other programs. */
  readonly elsewhere: readonly Assignment[]
  /** The one in force; else the last that ended; else the first to come. */
  readonly assignment: Assignment | null
  /** The one at hand, those that it continues and those that continue it (I-C4), by day of hire. */
  readonly unbroken: readonly Assignment[]
  readonly roster: 'on' | 'off'
  readonly certified: 'yes' | 'no' | 'unknown'
  /** Whether contact on that day is only supposed, to answer for who is about to begin. */
  readonly supposed: boolean
  readonly contact: 'in' | 'not_yet' | 'leave' | 'ended' | 'unknown'
  /** Whether a leave is on file for that day, whatever it does to the dates. */
  readonly onLeave: boolean
  /** The days of direct contact, over every employment. */
  readonly contactDays: readonly Period[]
  /** The days on which the training is required (R1): certified, and in direct contact. Over every employment. */
  readonly requiredDays: readonly Period[]
  /** These days in the unbroken employments. */
  readonly daysHere: readonly Period[]
  /** What the answer would need and is not on file. */
  readonly missing: readonly Missing[]
  /** Records of this program that cannot all be true. */
  readonly conflicts: readonly Conflict[]
}

type Missing = {
  readonly about: 'certification' | 'hire' | 'contact'
  readonly text: string
  readonly ref: string
}

/** The one asked for last: a verdict, its reasons and the clearance ask for the same one, time after time. */
let last: { readonly facts: Facts; readonly program: Program; readonly situation: Situation } | null = null

/** `given`: of employments that share a day, another than the later one. */
export function situationAt(facts: Facts, program: Program, on: Day, given?: Assignment): Situation {
  if (given) return describe(facts, program, on, given)
  if (last?.facts !== facts || last.program !== program || last.situation.on !== on)
    last = { facts, program, situation: describe(facts, program, on) }
  return last.situation
}

function describe(facts: Facts, program: Program, on: Day, given?: Assignment): Situation {
  const employments = facts.assignments.filter((assignment) => assignment.program === program.id)
  const assignment = given ?? employmentAt(employments, on)
  const roster = assignment && employedOn(assignment, on) ? 'on' : 'off'
  const certified = certifiedOn(program, on)
  const days = certifiedDays(program)
  const unbroken = assignment ? unbrokenWith(assignment, employments, program) : []
  const allContact = joined(employments.flatMap((each) => contactDays(each, program)))
  const requiredDays = overlap(days, allContact)
  const isAll = unbroken.length === employments.length
  return {
    on,
    program,
    employments,
    elsewhere: facts.assignments.filter((assignment) => assignment.program !== program.id),
    assignment,
    unbroken,
    roster,
    certified,
    supposed: false,
    contact: assignment ? contactOn(assignment, program, on) : 'not_yet',
    onLeave: assignment !== null && roster === 'on' && covers(assignment.leave, on),
    contactDays: allContact,
    requiredDays,
    daysHere: isAll
      ? requiredDays
      : overlap(
          days,
          unbroken.flatMap((each) => contactDays(each, program)),
        ),
    missing: [
      ...missingCertification(program, certified),
      ...(assignment ? missingEmployment(assignment, program) : []),
    ],
    conflicts: facts.conflicts.filter(({ place }) => place === program.id),
  }
}

/** The same situation, if the person had direct contact on that very day. */
export function asIfInContact(situation: Situation): Situation {
  const { on, certified, daysHere, requiredDays } = situation
  const missing = situation.missing.filter(({ about }) => about !== 'contact')
  const supposed = { supposed: situation.contact !== 'in', contact: 'in', missing } as const
  if (certified !== 'yes') return { ...situation, ...supposed }
  return {
    ...situation,
    ...supposed,
    daysHere: joined([...daysHere, { from: on, to: on }]),
    requiredDays: joined([...requiredDays, { from: on, to: on }]),
  }
}

/** The programs on file, and those that only an assignment names. */
export function programsOf({ programs, assignments }: Facts): readonly Program[] {
  const named = new Set(assignments.map(({ program }) => program))
  for (const { id } of programs) named.delete(id)
  return [...programs, ...[...named].map(unlistedProgram)]
}

export function certifiedDays(program: Program): readonly Period[] {
  return joined(
    specializedCertifications(program).flatMap(({ from, to }) => (from === null ? [] : [{ from, to }])),
  )
}

export function specializedCertifications({ certifications }: Program): readonly Certification[] {
  return (certifications ?? []).filter(({ type }) => type === specializedCertification)
}

/** One employment that begins the day after another ends, with contact on both days, continues it. */
function unbrokenWith(
  assignment: Assignment,
  employments: readonly Assignment[],
  program: Program,
): readonly Assignment[] {
  const follows = (index: number) => {
    const [before, after] = [employments[index - 1], employments[index]]
    return before !== undefined && after !== undefined && continues(before, after, program)
  }
  let first = employments.indexOf(assignment)
  let last = first
  while (follows(first)) first -= 1
  while (follows(last + 1)) last += 1
  return employments.slice(first, last + 1)
}

export function continues(before: Assignment, after: Assignment, program: Program): boolean {
  const { separatedOn: left } = before
  const { hiredOn: hired } = after
  if (left === null || hired === null || hired > addDays(left, 1)) return false
  return covers(contactDays(before, program), left) && covers(contactDays(after, program), hired)
}

/** The days of direct contact in one employment that are on file, without its leaves. */
function contactDays(assignment: Assignment, program: Program): readonly Period[] {
  const employed = [{ from: assignment.hiredOn ?? '1900-01-01', to: assignment.separatedOn }]
  const periods = (assignment.contact ?? []).flatMap(({ from, to }) => (from === null ? [] : [{ from, to }]))
  return without(overlap(periods, employed), leaveDays(assignment, program))
}

function leaveDays({ leave }: Assignment, { settings }: Program): readonly Period[] {
  return settings.leave === 'keeps-running' ? [] : leave
}

function employedOn({ hiredOn, separatedOn }: Assignment, on: Day): boolean {
  return (hiredOn === null || hiredOn <= on) && (separatedOn === null || on <= separatedOn)
}

function employmentAt(employments: readonly Assignment[], on: Day): Assignment | null {
  return (
    employments.findLast((each) => employedOn(each, on)) ??
    employments.findLast(({ separatedOn }) => separatedOn !== null && separatedOn < on) ??
    employments[0] ??
    null
  )
}

function certifiedOn(program: Program, on: Day): Situation['certified'] {
  if (covers(certifiedDays(program), on)) return 'yes'
  if (program.certifications === null) return 'unknown'
  return specializedCertifications(program).some(({ from, to }) => from === null && (to === null || on <= to))
    ? 'unknown'
    : 'no'
}

function contactOn(assignment: Assignment, program: Program, on: Day): Situation['contact'] {
  const { contact } = assignment
  if (contact === null) return 'unknown'
  const begun = contact.filter(({ from }) => from === null || from <= on)
  if (begun.some(({ from, to }) => from !== null && holds({ from, to }, on)))
    return covers(leaveDays(assignment, program), on) ? 'leave' : 'in'
  if (begun.some(({ from, to }) => from === null && (to === null || on <= to))) return 'unknown'
  // A period wholly inside a leave was no contact (R10).
  const has = contactDays(assignment, program).some(({ from }) => from <= on)
  return has || begun.some(({ from }) => from === null) ? 'ended' : 'not_yet'
}

function missingCertification(program: Program, certified: Situation['certified']): readonly Missing[] {
  if (certified !== 'unknown') return []
  if (program.certifications === null)
    return [
      {
        about: 'certification',
        text: `Whether and when ${program.name} is certified is not on file.`,
        ref: program.ref,
      },
    ]
  return specializedCertifications(program)
    .filter(({ from }) => from === null)
    .map(({ ref, to }) => ({
      about: 'certification',
      text: `The day on which the certification of ${program.name} took effect is not on file${endWords(to)}.`,
      ref,
    }))
}

function missingEmployment({ ref, hiredOn, contact }: Assignment, { name }: Program): readonly Missing[] {
  const starts = (contact ?? []).filter(({ from }) => from === null)
  return [
    ...(hiredOn === null
      ? [{ about: 'hire', text: `The day of hire at ${name} is not on file.`, ref } as const]
      : []),
    ...(contact === null
      ? [
          {
            about: 'contact',
            text: `Whether and since when there is direct contact at ${name} is not on file.`,
            ref,
          } as const,
        ]
      : []),
    ...starts.map((period) => ({
      about: 'contact' as const,
      text: `The day on which direct contact at ${name} began is not on file${endWords(period.to)}.`,
      ref: period.ref,
    })),
  ]
}

function unlistedProgram(id: string): Program {
  return {
    ref: id,
    recordedOn: null,
    id,
    name: id,
    holder: null,
    certifications: null,
    settings: defaultSettings,
  }
}
