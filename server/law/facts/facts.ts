import { compareDays, compareInstants, type Day, dayOf } from '#server/lib/days.ts'
import { contradictionsIn } from './contradictions.ts'
import type { WrittenFacts } from './facts-schema.ts'
import { defaultSettings, type Settings } from './settings.ts'

/**
 * Facts as the rules use them: every list there, every end there, sorted, and each fact with its `ref`, the id it was
 * given or its path in the JSON, by which an explanation points to it.
 */
export type Facts = {
  readonly programs: readonly Program[]
  readonly assignments: readonly Assignment[]
  readonly trainings: readonly Training[]
  readonly duties: readonly Duties[]
  /** Records that cannot all be true: what they touch is unknown until someone corrects them. */
  readonly conflicts: readonly Conflict[]
}

/** Of a program's or an agency's records, by its id. */
export type Conflict = { readonly place: string; readonly says: string }

type Fact = { readonly ref: string; readonly recordedOn: Day | null }
type Ending = { readonly endRecordedOn: Day | null }

export type Program = Fact & {
  readonly id: string
  readonly name: string
  readonly holder: string | null
  /** Null: not on file. */
  readonly certifications: readonly Certification[] | null
  readonly settings: Settings
}

export type Certification = Fact &
  Ending & { readonly type: string; readonly from: Day | null; readonly to: Day | null }

export type Assignment = Fact &
  Ending & {
    readonly program: string
    readonly hiredOn: Day | null
    readonly separatedOn: Day | null
    /** Null: not on file. */
    readonly contact: readonly Contact[] | null
    readonly leave: readonly Leave[]
  }

export type Contact = Fact &
  Ending & { readonly from: Day | null; readonly to: Day | null; readonly fromAt: string | null }

type Leave = Fact & Ending & { readonly from: Day; readonly to: Day | null }

/** A course completed here or an outside training. */
export type Training = Fact & {
  readonly kind: 'completion' | 'outside'
  /** A completion's course; null for an outside training. */
  readonly course: string | null
  /** A code as the Academy writes it, X205, however it was typed; null for none. */
  readonly code: string | null
  readonly title: string
  readonly provider: string | null
  readonly day: Day | null
  readonly at: string | null
  readonly approved: boolean | null
  readonly accepted: boolean | null
  readonly humanTrafficking: boolean | null
  readonly sameCurriculum: boolean | null
  readonly certificateVerified: boolean | null
  readonly hours: number | null
  readonly program: string | null
  readonly verified: readonly { readonly program: string; readonly on: Day }[]
  readonly voidedOn: Day | null
  /** A completion that went implausibly fast. Null where that is not on file. */
  readonly fast: boolean | null
  /** Where a supervisor confirmed it. */
  readonly confirmed: readonly { readonly program: string; readonly on: Day }[]
}

/** Child-protection duties at an agency. */
export type Duties = Fact &
  Ending & {
    /** Its id. */
    readonly agency: string
    readonly agencyName: string
    readonly hiredOn: Day | null
    readonly from: Day | null
    readonly to: Day | null
    readonly settings: Settings
  }

/** Facts from what was written. What was written must be of the published shape. */
export function factsOf(written: WrittenFacts): Facts {
  const settings = { ...defaultSettings, ...written.settings }
  return {
    programs: (written.programs ?? []).map((program, index) => ({
      ref: `programs[${index}]`,
      recordedOn: recordedOn(program),
      id: program.id,
      name: program.name ?? program.id,
      holder: program.holder ?? null,
      certifications:
        program.certifications?.map((certification, at) => ({
          ...endingFact(certification, `programs[${index}].certifications[${at}]`),
          type: certification.type,
          from: certification.from,
          to: certification.to ?? null,
        })) ?? null,
      settings: { ...settings, ...program.settings },
    })),
    assignments: (written.assignments ?? [])
      .map((assignment, index) => ({
        ...endingFact(assignment, `assignments[${index}]`),
        program: assignment.program,
        hiredOn: assignment.hired_on,
        separatedOn: assignment.separated_on ?? null,
        contact:
          assignment.contact
            ?.map((contact, at) => ({
              ...endingFact(contact, `assignments[${index}].contact[${at}]`),
              from: contact.from,
              to: contact.to ?? null,
              fromAt: contact.from_at ?? null,
            }))
            .sort(byDay((contact) => contact.from)) ?? null,
        leave: (assignment.leave ?? [])
          .map((leave, at) => ({
            ...endingFact(leave, `assignments[${index}].leave[${at}]`),
            from: leave.from,
            to: leave.to ?? null,
          }))
          .sort(byDay((leave) => leave.from)),
      }))
      .sort(inOrderEmployed),
    trainings: trainingsOf(written),
    duties: (written.child_protection ?? [])
      .map((duties, index) => ({
        ...endingFact(duties, `child_protection[${index}]`),
        agency: duties.agency,
        agencyName: duties.agency_name ?? duties.agency,
        hiredOn: duties.hired_on,
        from: duties.duties_from,
        to: duties.duties_to ?? null,
        settings: { ...settings, ...duties.settings },
      }))
      .sort(byDay((duties) => duties.from))
      .sort(byDay((duties) => duties.hiredOn)),
    conflicts: contradictionsIn(written).flatMap(({ place, says }) =>
      place === null ? [] : [{ place, says }],
    ),
  }
}

/** By day of hire, on one day by the last day. */
export function inOrderEmployed(a: Assignment, b: Assignment): number {
  return (
    compareDays(a.hiredOn ?? '', b.hiredOn ?? '') ||
    compareDays(a.separatedOn ?? '9999', b.separatedOn ?? '9999')
  )
}

function trainingsOf(written: WrittenFacts): readonly Training[] {
  const completions = (written.completions ?? []).map((completion, index): Training => {
    const at = completion.completed_at ?? null
    return {
      ...trainingFact(completion, `completions[${index}]`),
      kind: 'completion',
      course: completion.course,
      code: null,
      title: completion.title ?? completion.course,
      provider: null,
      day: at === null ? (completion.completed_on ?? null) : dayOf(at),
      at,
      approved: completion.approved ?? null,
      humanTrafficking: null,
      sameCurriculum: false,
      certificateVerified: null,
      fast: completion.fast ?? null,
      confirmed: completion.confirmed ?? [],
    }
  })
  const outside = (written.outside ?? []).map((training, index): Training => {
    return {
      ...trainingFact(training, `outside[${index}]`),
      kind: 'outside',
      course: null,
      code: academyCode(training.code),
      title: training.title,
      provider: training.provider ?? null,
      day: training.completed_on,
      at: null,
      approved: null,
      humanTrafficking: training.human_trafficking ?? null,
      sameCurriculum: training.same_curriculum ?? null,
      certificateVerified: training.certificate_verified ?? null,
      fast: null,
      confirmed: [],
    }
  })
  return [...completions, ...outside].sort(inOrderDone)
}

/** 'CWTA x-205' is X205. */
export function academyCode(code: string | null | undefined): string | null {
  const plain = (code ?? '')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .replace(/^(?:MN)?CWTA/, '')
  return plain === '' ? null : plain
}

/** What has no day comes first; on one day, what has no clock time first. */
export function inOrderDone(a: Training, b: Training): number {
  const days = compareDays(a.day ?? '', b.day ?? '')
  if (days !== 0) return days
  if (a.at === null || b.at === null) return Number(a.at !== null) - Number(b.at !== null)
  return compareInstants(a.at, b.at)
}

function byDay<T>(dayIn: (fact: T) => Day | null): (a: T, b: T) => number {
  return (a, b) => compareDays(dayIn(a) ?? '', dayIn(b) ?? '')
}

type WrittenFact = { id?: string; recorded_on?: Day | null; recorded_at?: string | null }

function recordedOn(written: WrittenFact): Day | null {
  const at = written.recorded_at ?? null
  return written.recorded_on ?? (at === null ? null : dayOf(at))
}

function endingFact(written: WrittenFact & { end_recorded_on?: Day | null }, path: string): Fact & Ending {
  return {
    ref: written.id ?? path,
    recordedOn: recordedOn(written),
    endRecordedOn: written.end_recorded_on ?? null,
  }
}

type WrittenTraining = WrittenFact & {
  hours?: number | null
  accepted?: boolean | null
  program?: string
  verified?: readonly { program: string; on: Day }[]
  voided_on?: Day | null
}

function trainingFact(written: WrittenTraining, path: string) {
  return {
    ref: written.id ?? path,
    recordedOn: recordedOn(written),
    hours: written.hours ?? null,
    accepted: written.accepted ?? null,
    program: written.program ?? null,
    verified: written.verified ?? [],
    voidedOn: written.voided_on ?? null,
  }
}
