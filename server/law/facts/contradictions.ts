import { type Day, dayOf } from '#server/lib/days.ts'
import type { WrittenFacts } from './facts-schema.ts'
import type { Problem } from './problem.ts'

/** Facts that have the right shape and cannot all be true. */
export function contradictionsIn(written: WrittenFacts): readonly Problem[] {
  return [
    ...programProblems(written),
    ...(written.assignments ?? []).flatMap((assignment, index) =>
      assignmentProblems(assignment, index, written),
    ),
    ...twiceAtOnce(
      (written.assignments ?? []).map(({ program, hired_on, separated_on }, index) => ({
        where: program,
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
        where: agency,
        from: duties_from ?? hired_on,
        to: duties_to ?? null,
        path: `child_protection[${index}]`,
        key: duties_from ? 'duties_from' : 'hired_on',
      })),
    ),
  ]
}

function programProblems(written: WrittenFacts): readonly Problem[] {
  const programs = written.programs ?? []
  return programs.flatMap((program, index) => [
    ...(programs.findIndex(({ id }) => id === program.id) < index
      ? [{ path: `programs[${index}].id`, message: `${JSON.stringify(program.id)} is listed twice` }]
      : []),
    ...(program.certifications ?? []).flatMap((certification, at) =>
      endBeforeStart(certification.from, certification.to, `programs[${index}].certifications[${at}].to`),
    ),
  ])
}

type WrittenAssignment = NonNullable<WrittenFacts['assignments']>[number]

function assignmentProblems(
  { program, hired_on: hired, separated_on: separated, contact, leave }: WrittenAssignment,
  index: number,
  written: WrittenFacts,
): readonly Problem[] {
  const path = `assignments[${index}]`
  const periods = contact ?? []
  return [
    ...((written.programs ?? []).some(({ id }) => id === program)
      ? []
      : [
          {
            path: `${path}.program`,
            message: `${JSON.stringify(program)} is not one of the programs listed`,
          },
        ]),
    ...endBeforeStart(hired, separated, `${path}.separated_on`),
    ...(leave ?? []).flatMap(({ from, to }, at) => endBeforeStart(from, to, `${path}.leave[${at}].to`)),
    ...periods.flatMap(({ from, to, from_at }, at) => {
      const period = `${path}.contact[${at}]`
      return [
        ...endBeforeStart(from, to, `${period}.to`),
        ...problem(after(hired, from), `${period}.from`, `${from} is before the hire on ${hired}`),
        ...problem(
          after(from, separated),
          `${period}.from`,
          `${from} is after the employment ended on ${separated}`,
        ),
        ...problem(after(hired, to), `${period}.to`, `${to} is before the hire on ${hired}`),
        ...problem(
          after(to, separated),
          `${period}.to`,
          `${to} is after the employment ended on ${separated}`,
        ),
        ...(from_at && from && dayOf(from_at) !== from
          ? [
              {
                path: `${period}.from_at`,
                message: `falls on ${dayOf(from_at)} in Minnesota, and contact began on ${from}`,
              },
            ]
          : []),
      ]
    }),
    ...twiceAtOnce(
      periods.map(({ from, to }, at) => ({
        where: 'contact',
        from,
        to: to ?? null,
        path: `${path}.contact[${at}]`,
        key: 'from',
      })),
    ),
  ]
}

function trainingProblems(written: WrittenFacts): readonly Problem[] {
  return [
    ...(written.completions ?? []).flatMap((completion, index) => {
      const path = `completions[${index}]`
      const { completed_at: at, completed_on: on } = completion
      if (at === undefined && on === undefined)
        return [{ path: `${path}.completed_at`, message: 'is missing' }]
      return [
        ...problem(
          Boolean(at && on && dayOf(at) !== on),
          `${path}.completed_on`,
          `${on} is not the day of completed_at, which is ${at ? dayOf(at) : ''} in Minnesota`,
        ),
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
): readonly Problem[] {
  const recordedAt = record.recorded_at ? dayOf(record.recorded_at) : null
  return [
    ...problem(
      after(done, record.recorded_on),
      `${path}.recorded_on`,
      `${record.recorded_on} is before ${done}, when the training was completed`,
    ),
    ...problem(
      after(done, recordedAt),
      `${path}.recorded_at`,
      `${recordedAt} is before ${done}, when the training was completed`,
    ),
    ...problem(
      after(done, record.voided_on),
      `${path}.voided_on`,
      `${record.voided_on} is before ${done}, when the training was completed`,
    ),
  ]
}

type WrittenDuties = NonNullable<WrittenFacts['child_protection']>[number]

function dutiesProblems(
  { hired_on, duties_from, duties_to }: WrittenDuties,
  path: string,
): readonly Problem[] {
  return [
    ...problem(
      after(hired_on, duties_from),
      `${path}.duties_from`,
      `${duties_from} is before the hire on ${hired_on}`,
    ),
    ...endBeforeStart(duties_from ?? hired_on, duties_to, `${path}.duties_to`),
  ]
}

type Stretch = {
  readonly where: string
  readonly from: Day | null
  readonly to: Day | null
  readonly path: string
  readonly key: string
}

/** Two stretches in one place may share a day, on which one ends and the next begins, and no more. */
function twiceAtOnce(stretches: readonly Stretch[]): readonly Problem[] {
  return stretches.flatMap((one, index) =>
    stretches.slice(0, index).flatMap((other) => {
      if (one.where !== other.where || one.from === null || other.from === null) return []
      const [first, second] = other.from <= one.from ? [other, one] : [one, other]
      const overlaps = first.from === second.from || first.to === null || second.from! < first.to
      return problem(
        overlaps,
        `${second.path}.${second.key}`,
        `${second.from} overlaps ${first.path}, ${first.to === null ? 'which has no end' : `which ends on ${first.to}`}`,
      )
    }),
  )
}

function endBeforeStart(from: Day | null, to: Day | null | undefined, path: string): readonly Problem[] {
  return problem(after(from, to), path, `${to} is before the start on ${from}`)
}

function problem(found: boolean, path: string, message: string): readonly Problem[] {
  return found ? [{ path, message }] : []
}

/** Whether `a` is after `b`, where both are on file. */
function after(a: Day | null | undefined, b: Day | null | undefined): boolean {
  return Boolean(a && b && a > b)
}
