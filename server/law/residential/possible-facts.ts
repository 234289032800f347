import { matches } from '#server/law/facts/evidence.ts'
import {
  type Assignment,
  type Certification,
  type Contact,
  type Facts,
  inOrderDone,
  inOrderEmployed,
  type Program,
  type Training,
} from '#server/law/facts/facts.ts'
import { termsOf } from '#server/law/facts/formula.ts'
import { requirementOn, specializedCertification } from '#server/law/facts/ruleset.ts'
import { addDays, compareDays, type Day, earlierOf, laterOf } from '#server/lib/days.ts'
import { annualDue, keepMonthDays } from './training-validity.ts'

/** One way in which the facts may be, with nothing missing at the program. */
export type PossibleFacts = { readonly facts: Facts; readonly program: Program }

/** More than this many ways are not looked at: the answer is then not known. */
const mostWays = 500

/** Stands for any day before all that are on file. */
export const longAgo: Day = '1900-01-01'
export const farOff: Day = '2199-12-31'

/**
 * The facts at one program with each missing one filled in by the values that can make a difference on a day: one way
 * where nothing is missing, none where there are too many.
 */
export function* possibleFacts(facts: Facts, program: Program, on: Day): Generator<PossibleFacts> {
  if (isComplete(facts, program)) {
    yield { facts, program }
    return
  }
  const assignments = facts.assignments.map((each) =>
    isOf(program, each) ? possibleAssignments(each, facts, on) : [each],
  )
  const trainings = facts.trainings.map((each) => possibleTrainings(each, facts, program, on))
  const programs = possiblePrograms(program, on)
  const ways = [programs, ...assignments, ...trainings].reduce((count, list) => count * list.length, 1)
  if (ways > mostWays) return
  for (let way = 0; way < ways; way += 1) {
    const pick = pickerOf(inTurn(way, ways))
    const one = pick(programs)
    const employments = assignments.map(pick)
    const done = trainings.map(pick).filter((training) => training !== null)
    yield {
      program: one,
      facts: {
        ...facts,
        programs: facts.programs.map((each) => (each.id === program.id ? one : each)),
        assignments: employments.sort(inOrderEmployed),
        trainings: done.sort(inOrderDone),
      },
    }
  }
}

/** Every list that the trainings may make once what is missing of them is filled in. */
export function possibleTrainingLists(
  facts: Facts,
  program: Program,
  on: Day,
): readonly (readonly Training[])[] {
  const lists = facts.trainings.map((each) => possibleTrainings(each, facts, program, on))
  const ways = lists.reduce((count, list) => count * list.length, 1)
  return Array.from({ length: ways > mostWays ? 1 : ways }, (_, way) =>
    lists
      .map(pickerOf(way))
      .filter((training) => training !== null)
      .sort(inOrderDone),
  )
}

/** Takes one of each list, another for every number. */
function pickerOf(number: number) {
  let left = number
  return <T>(list: readonly T[]): T => {
    const one = list[left % list.length]!
    left = Math.floor(left / list.length)
    return one
  }
}

/** From both ends, so that ways that are unlike come soon. */
const inTurn = (way: number, ways: number) => (way % 2 === 0 ? way / 2 : ways - 1 - Math.floor(way / 2))

function isComplete({ assignments, trainings }: Facts, program: Program): boolean {
  const isKnown = program.certifications?.every(({ from }) => from !== null) ?? false
  return (
    isKnown &&
    assignments.every((each) => !isOf(program, each) || (each.hiredOn !== null && !lacksContact(each))) &&
    trainings.every((each) => each.day !== null && possibleAnswers(each).length === 1)
  )
}

const isOf = (program: Program, assignment: Assignment) => assignment.program === program.id
const lacksContact = ({ contact }: Assignment) =>
  contact === null || contact.some(({ from }) => from === null)

/**
 * The last day that trainings without their day could cover, each done at the latest when it was recorded: null where
 * there is none of them, the last of all days where one could have been done on any.
 */
export function coveredByUndated({ trainings }: Facts, on: Day): Day | null {
  const undated = trainings.filter((training) => training.day === null && mayCount(training, on))
  const ends = undated.map(({ recordedOn }) => (recordedOn === null ? farOff : annualDue(recordedOn)))
  return ends.length === 0 ? null : ends.reduce(laterOf)
}

function possiblePrograms(program: Program, on: Day): readonly Program[] {
  const { certifications, ref } = program
  if (certifications === null) {
    const one = { ref, recordedOn: null, endRecordedOn: null, type: specializedCertification }
    const periods: readonly Pick<Certification, 'from' | 'to'>[] = [
      { from: longAgo, to: null },
      { from: longAgo, to: addDays(on, -1) },
      ...startsFrom(on, null).map((from) => ({ from, to: null })),
    ]
    return [[], ...periods.map((period) => [{ ...one, ...period }])].map((list) => ({
      ...program,
      certifications: list,
    }))
  }
  const lists = certifications.map((each): readonly Certification[] =>
    each.from === null && each.type === specializedCertification
      ? startsFrom(on, each.to).map((from) => ({ ...each, from }))
      : [each],
  )
  return combinations(lists).map((list) => ({ ...program, certifications: list }))
}

function possibleAssignments(assignment: Assignment, facts: Facts, on: Day): readonly Assignment[] {
  const hires = assignment.hiredOn === null ? possibleHires(assignment, facts, on) : [assignment.hiredOn]
  return hires.flatMap((hiredOn) =>
    possibleContacts(assignment, hiredOn, on).map((contact) => ({ ...assignment, hiredOn, contact })),
  )
}

/** Long ago, by the day asked, soon or long after it, as far as the other days on file allow. */
function possibleHires(assignment: Assignment, { assignments }: Facts, on: Day): readonly Day[] {
  const { contact, leave, separatedOn, program } = assignment
  const known = [...(contact ?? []), ...leave].flatMap(({ from, to }) => from ?? to ?? farOff)
  const latest = [...known, separatedOn ?? farOff].reduce(earlierOf)
  const earliest = assignments
    .filter((other) => other.program === program && other.ref !== assignment.ref)
    .flatMap((other) => other.separatedOn ?? [])
    .filter((day) => day <= latest)
    .map((day) => earlierOf(addDays(day, 1), latest))
    .reduce(laterOf, longAgo)
  const days = [earliest, laterOf(earliest, earlierOf(on, latest)), addDays(on, 1), latest]
  return unique(days.filter((day) => earliest <= day && day <= latest))
}

function possibleContacts(
  { contact, ref, separatedOn }: Assignment,
  hiredOn: Day,
  on: Day,
): readonly (readonly Contact[])[] {
  if (contact === null) {
    const one = { ref, recordedOn: null, endRecordedOn: null, fromAt: null }
    const ended = { ...one, from: longAgo, to: addDays(on, -1) }
    return [
      [],
      ...(hiredOn < on ? [[ended]] : []),
      ...unique([longAgo, on, addDays(on, 1), afterEarlyHires(on)]).map((from) => [
        { ...one, from, to: null },
      ]),
    ]
  }
  const lists = contact.map((each) =>
    each.from === null
      ? startsFrom(on, each.to ?? separatedOn, endBefore(each, contact)).map((from) => ({ ...each, from }))
      : [each],
  )
  return combinations(lists).map((list) => [...list].sort((a, b) => compareDays(a.from ?? '', b.from ?? '')))
}

/** The first day of contact to come that is no longer within the early hires' time (R2). */
function afterEarlyHires(on: Day): Day {
  const { due } = requirementOn('residential-initial', on)
  return addDays(laterOf(on, due.earlier_hires_due), 1)
}

/** The end of the last of the other periods that ended before this one does. */
function endBefore({ ref, to }: Contact, contact: readonly Contact[]): Day {
  return contact
    .filter((other) => other.ref !== ref && other.to !== null && (to === null || other.to < to))
    .reduce((last, other) => laterOf(last, other.to!), longAgo)
}

/** As early as it can be, on a day, the day after, or whenever later; never after the last day. */
function startsFrom(on: Day, to: Day | null, earliest: Day = longAgo): readonly Day[] {
  const days = [earliest, on, addDays(on, 1), afterEarlyHires(on), to ?? farOff]
  return unique(days.filter((day) => earliest <= day && (to === null || day <= to)))
}

/** Null: not done by that day. */
function possibleTrainings(
  training: Training,
  facts: Facts,
  program: Program,
  on: Day,
): readonly (Training | null)[] {
  if (training.day !== null && training.day > on) return [training]
  const approvals = mayCount(training, on) ? possibleAnswers(training) : [training]
  return approvals.flatMap((one): readonly (Training | null)[] =>
    one.day === null && mayCount(one, on) ? possibleDays(one, facts, program, on) : [one],
  )
}

function mayCount(training: Training, on: Day): boolean {
  const { satisfied_by } = requirementOn('residential-annual', on)
  return termsOf(satisfied_by).some((term) => matches(term, training).answer !== 'no')
}

/** Each missing answer both ways; whether it is the same curriculum is asked only where the rest of it counts. */
function possibleAnswers(training: Training): readonly Training[] {
  const { kind, approved, humanTrafficking, sameCurriculum, certificateVerified, accepted } = training
  if (kind === 'completion') return approved === null ? eachWay(training, 'approved') : [training]
  const about = humanTrafficking === null ? eachWay(training, 'humanTrafficking') : [training]
  const isOpen = sameCurriculum === null && certificateVerified && accepted
  return isOpen ? about.flatMap((one) => eachWay(one, 'sameCurriculum')) : about
}

function eachWay(training: Training, fact: 'approved' | 'humanTrafficking' | 'sameCurriculum') {
  return [true, false].map((answer): Training => ({ ...training, [fact]: answer }))
}

/**
 * Long ago or just now. Where the month is kept, also on the days at which a renewal begins or ceases to keep it; where a
 * new employment needs its own initial training (I-C12), also on the earliest day that is after the former one.
 */
function possibleDays(
  training: Training,
  { trainings, assignments }: Facts,
  program: Program,
  on: Day,
): readonly (Training | null)[] {
  const { recordedOn } = training
  const { settings } = program
  const latest = recordedOn === null ? on : earlierOf(recordedOn, on)
  const known = settings.annual_anchor === 'keep-month' ? trainings.flatMap(({ day }) => day ?? []) : []
  const edges = known.flatMap((day) => {
    const due = annualDue(day)
    return [day, due, addDays(due, -keepMonthDays), addDays(due, -keepMonthDays - 1)]
  })
  const left = settings.rehire === 'initial-again' ? assignments.filter((each) => isOf(program, each)) : []
  const after = left.flatMap(({ separatedOn }) => (separatedOn === null ? [] : [addDays(separatedOn, 1)]))
  const days = unique([longAgo, latest, ...[...edges, ...after].filter((day) => day <= latest)])
  const done = days.map((day) => ({ ...training, day }))
  return recordedOn !== null && recordedOn <= on ? done : [...done, null]
}

function combinations<T>(lists: readonly (readonly T[])[]): readonly (readonly T[])[] {
  return lists.reduce<readonly (readonly T[])[]>(
    (made, list) => made.flatMap((before) => list.map((each) => [...before, each])),
    [[]],
  )
}

const unique = (days: readonly Day[]): readonly Day[] => [...new Set(days)]
