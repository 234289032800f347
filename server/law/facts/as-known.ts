import type { Day } from '#server/lib/days.ts'
import type { Facts, Training } from './facts.ts'

type Recorded = { readonly recordedOn: Day | null }
type Ended = { readonly to: Day | null; readonly endRecordedOn: Day | null }

/**
 * The facts as they were known on a day: what was recorded later is left out, an end recorded later is open again, and
 * a record voided later still counts. A fact without a recording day was always known; a training, from the day it was
 * completed.
 */
export function asKnown(facts: Facts, day: Day): Facts {
  const known = ({ recordedOn }: Recorded) => recordedOn === null || recordedOn <= day
  const opened = <T extends Ended>(fact: T): T => (endKnown(fact, day) ? fact : { ...fact, to: null })
  return {
    programs: facts.programs.filter(known).map((program) => ({
      ...program,
      certifications: program.certifications?.filter(known).map(opened) ?? null,
    })),
    assignments: facts.assignments.filter(known).map((assignment) => ({
      ...assignment,
      separatedOn: endKnown(assignment, day) ? assignment.separatedOn : null,
      contact: assignment.contact?.filter(known).map(opened) ?? null,
      leave: assignment.leave.filter(known).map(opened),
    })),
    trainings: facts.trainings
      .filter((training) => known({ recordedOn: training.recordedOn ?? training.day }))
      .map((training) => trainingAsKnown(training, day)),
    duties: facts.duties.filter(known).map(opened),
    conflicts: facts.conflicts,
  }
}

/** What had been done by a day: an answer for that day counts nothing done after it. */
export function doneBy(facts: Facts, day: Day): Facts {
  return {
    ...facts,
    trainings: facts.trainings
      .filter((training) => training.day === null || training.day <= day)
      .map((training) => checkedBy(training, day)),
  }
}

function trainingAsKnown(training: Training, day: Day): Training {
  const voidedOn = training.voidedOn !== null && training.voidedOn > day ? null : training.voidedOn
  return { ...checkedBy(training, day), voidedOn }
}

/** A training with only those verifications and confirmations that programs had made by a day. */
export function checkedBy(training: Training, day: Day): Training {
  return {
    ...training,
    verified: training.verified.filter(({ on }) => on <= day),
    confirmed: training.confirmed.filter(({ on }) => on <= day),
  }
}

function endKnown({ endRecordedOn }: { readonly endRecordedOn: Day | null }, day: Day): boolean {
  return endRecordedOn === null || endRecordedOn <= day
}
