import { type Day, dayOf, formatDay } from '#server/lib/days.ts'
import type { WrittenFacts } from './facts-schema.ts'
import type { Problem } from './problem.ts'

/** Two facts that cannot both be true: for the reader of JSON by path, for a page in a sentence. */
type Contradiction = Problem & {
  /** The program or agency whose records conflict; null where it is about a training or the list itself. */
  readonly place: string | null
  /** 'direct contact begins on March 1, 2026, before the hire on March 10, 2026' */
  readonly says: string
}

/** Facts that have the right shape and cannot all be true. */
export function contradictionsIn(written: WrittenFacts): readonly Contradiction[] {
  return [
    ...programProblems(written),
    ...(written.assignments ?? []).flatMap((assignment, index) =>
      assignmentProblems(assignment, index, written),
    ),
    ...twiceAtOnce(
      (written.assignments ?? []).map(({ program, hired_on, separated_on }, index) => ({
        place: program,
        what: 'an employment',
        from: hired_on,
        to: separated_on ?? null,
        path: `assignments[${index}]`,
        key: 'hired_on',
      })),
    ),
    ...trainingProblems(written),
    ...(written.child_protection ?? []).flatMap((duties, index) =>
      dutiesProblems(duties, `child_protection[${index}]`),
    ),
    ...twiceAtOnce(
      (written.child_protection ?? []).map(({ agency, hired_on, duties_from, duties_to }, index) => ({
        place: agency,
        what: 'child-protection duties',
        from: duties_from ?? hired_on,
        to: duties_to ?? null,
        path: `child_protection[${index}]`,
        key: duties_from ? 'duties_from' : 'hired_on',
      })),
    ),
  ]
}

function programProblems(written: WrittenFacts): readonly Contradiction[] {
  const programs = written.programs ?? []
  return programs.flatMap((program, index) => [
    ...(programs.findIndex(({ id }) => id === program.id) < index
      ? [inTheFile(`programs[${index}].id`, `${JSON.stringify(program.id)} is listed twice`)]
      : []),
    ...(program.certifications ?? []).flatMap(({ from, to }, at) =>
      endBeforeStart(program.id, 'a certification', from, to, `programs[${index}].certifications[${at}].to`),
    ),
  ])
}

type WrittenAssignment = NonNullable<WrittenFacts['assignments']>[number]

function assignmentProblems(
  { program, hired_on: hired, separated_on: separated, contact, leave }: WrittenAssignment,
  index: number,
  written: WrittenFacts,
): readonly Contradiction[] {
  const path = `assignments[${index}]`
  const periods = contact ?? []
  return [
    ...((written.programs ?? []).some(({ id }) => id === program)
      ? []
      : [inTheFile(`${path}.program`, `${JSON.stringify(program)} is not one of the programs listed`)]),
    ...endBeforeStart(program, 'the employment', hired, separated, `${path}.separated_on`),
    ...(leave ?? []).flatMap(({ from, to }, at) =>
      endBeforeStart(program, 'a leave', from, to, `${path}.leave[${at}].to`),
    ),
    ...periods.flatMap(({ from, to, from_at }, at) => {
      const period = `${path}.contact[${at}]`
      return [
        ...endBeforeStart(program, 'direct contact', from, to, `${period}.to`),
        ...beforeHire(program, 'direct contact begins', hired, from, `${period}.from`),
        ...afterLeaving(program, 'direct contact begins', separated, from, `${period}.from`),
        ...beforeHire(program, 'direct contact ends', hired, to, `${period}.to`),
        ...afterLeaving(program, 'direct contact ends', separated, to, `${period}.to`),
        ...(from_at && from && dayOf(from_at) !== from
          ? [
              {
                path: `${period}.from_at`,
                message: `falls on ${dayOf(from_at)} in Minnesota, and contact began on ${from}`,
                place: program,
                says: `direct contact begins on ${formatDay(from)}, and its time of beginning falls on ${formatDay(dayOf(from_at))}`,
              },
            ]
          : []),
      ]
    }),
    ...twiceAtOnce(
      periods.map(({ from, to }, at) => ({
        place: program,
        what: 'direct contact',
        from,
        to: to ?? null,
        path: `${path}.contact[${at}]`,
        key: 'from',
      })),
    ),
    ...twiceAtOnce(
      (leave ?? []).map(({ from, to }, at) => ({
        place: program,
        what: 'a leave',
        from,
        to: to ?? null,
        path: `${path}.leave[${at}]`,
        key: 'from',
      })),
    ),
  ]
}

function trainingProblems(written: WrittenFacts): readonly Contradiction[] {
  return [
    ...(written.completions ?? []).flatMap((completion, index) => {
      const path = `completions[${index}]`
      const { completed_at: at, completed_on: on } = completion
      if (at === undefined && on === undefined) return [inTheFile(`${path}.completed_at`, 'is missing')]
      return [
        ...(at && on && dayOf(at) !== on
          ? [
              inTheFile(
                `${path}.completed_on`,
                `${on} is not the day of completed_at, which is ${dayOf(at)} in Minnesota`,
              ),
            ]
          : []),
        ...recordProblems(completion, at ? dayOf(at) : on, path),
      ]
    }),
    ...(written.outside ?? []).flatMap((training, index) =>
      recordProblems(training, training.completed_on, `outside[${index}]`),
    ),
  ]
}

type WrittenRecord = { recorded_on?: Day | null; recorded_at?: string | null; voided_on?: Day | null }

function recordProblems(
  record: WrittenRecord,
  done: Day | null | undefined,
  path: string,
): readonly Contradiction[] {
  const recordedAt = record.recorded_at ? dayOf(record.recorded_at) : null
  const dates = { recorded_on: record.recorded_on, recorded_at: recordedAt, voided_on: record.voided_on }
  return Object.entries(dates).flatMap(([key, day]) =>
    after(done, day)
      ? [inTheFile(`${path}.${key}`, `${day} is before ${done}, when the training was completed`)]
      : [],
  )
}

type WrittenDuties = NonNullable<WrittenFacts['child_protection']>[number]

function dutiesProblems(
  { agency, hired_on, duties_from, duties_to }: WrittenDuties,
  path: string,
): readonly Contradiction[] {
  const what = 'child-protection duties'
  return [
    ...beforeHire(agency, `${what} begin`, hired_on, duties_from, `${path}.duties_from`),
    ...endBeforeStart(agency, what, duties_from ?? hired_on, duties_to, `${path}.duties_to`),
  ]
}

type Period = {
  readonly place: string
  /** 'direct contact', 'a leave' */
  readonly what: string
  readonly from: Day | null
  readonly to: Day | null
  readonly path: string
  readonly key: string
}

/** Two periods in one place may share a day, on which one ends and the next begins, and no more. */
function twiceAtOnce(periods: readonly Period[]): readonly Contradiction[] {
  return periods.flatMap((one, index) =>
    periods.slice(0, index).flatMap((other) => {
      if (one.place !== other.place || one.from === null || other.from === null) return []
      const [first, second] = other.from <= one.from ? [other, one] : [one, other]
      if (first.from !== second.from && first.to !== null && second.from! >= first.to) return []
      const end = first.to === null ? 'which has no end' : `which ends on ${first.to}`
      const endInWords = first.to === null ? 'which has no end' : `which ends on ${formatDay(first.to)}`
      return [
        {
          path: `${second.path}.${second.key}`,
          message: `${second.from} overlaps ${first.path}, ${end}`,
          place: one.place,
          says: `${one.what} from ${formatDay(second.from!)} overlaps ${one.what} from ${formatDay(first.from!)}, ${endInWords}`,
        },
      ]
    }),
  )
}

type MaybeDay = Day | null | undefined

function endBeforeStart(place: string, what: string, from: MaybeDay, to: MaybeDay, path: string) {
  if (!from || !to || from <= to) return []
  const message = `${to} is before the start on ${from}`
  const says = `${what} ends on ${formatDay(to)}, before it begins on ${formatDay(from)}`
  return [{ path, message, place, says }]
}

function beforeHire(place: string, what: string, hired: MaybeDay, day: MaybeDay, path: string) {
  if (!hired || !day || hired <= day) return []
  const message = `${day} is before the hire on ${hired}`
  const says = `${what} on ${formatDay(day)}, before the hire on ${formatDay(hired)}`
  return [{ path, message, place, says }]
}

function afterLeaving(place: string, what: string, separated: MaybeDay, day: MaybeDay, path: string) {
  if (!separated || !day || day <= separated) return []
  const message = `${day} is after the employment ended on ${separated}`
  const says = `${what} on ${formatDay(day)}, after the employment ended on ${formatDay(separated)}`
  return [{ path, message, place, says }]
}

/** A mistake that only a file of facts can have. */
function inTheFile(path: string, message: string): Contradiction {
  return { path, message, place: null, says: message }
}

/** Whether `a` is after `b`, where both are on file. */
function after(a: MaybeDay, b: MaybeDay): boolean {
  return Boolean(a && b && a > b)
}
