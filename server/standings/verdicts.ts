import { clearanceVerdict, clearedUntil } from '#server/law/clearance.ts'
import { clearanceCause } from '#server/law/clearance-cause.ts'
import { clearanceReasons } from '#server/law/clearance-reasons.ts'
import type { Facts } from '#server/law/facts/facts.ts'
import { gaps } from '#server/law/gaps.ts'
import { nextChangeOn, upcoming } from '#server/law/next-change.ts'
import { programsOf } from '#server/law/reasons/situation.ts'
import { findings } from '#server/law/standing.ts'
import type { Day } from '#server/lib/days.ts'

/** One person's verdicts on a day, as they are stored. */
export function verdictsOf(person_id: string, facts: Facts, on: Day) {
  const next_change_on = nextChangeOn(upcoming(facts, on))
  const missed = gaps(facts, on)
  const standings = findings(facts, on).map((finding) => ({
    person_id,
    program_id: finding.program,
    requirement: finding.requirement,
    standing: finding.standing,
    due_on: finding.due_on,
    satisfied_on: finding.satisfied_on,
    late_days: finding.late_days,
    is_late_running: finding.late_running,
    rule: finding.rule,
    lapses: missed
      .filter((gap) => gap.requirement === finding.requirement && gap.program === finding.program)
      .map(({ from }) => from),
  }))
  const clearances = programsOf(facts).map((program) => {
    const verdict = clearanceVerdict(facts, program, on)
    const { answer, situation } = verdict
    const until = answer === 'yes' ? clearedUntil(facts, program, on) : null
    return {
      person_id,
      program_id: program.id,
      answer,
      until_on: until,
      because: clearanceReasons(verdict, until)[0] ?? '',
      cause: clearanceCause(verdict),
      contact: situation.roster === 'off' ? 'off' : situation.onLeave ? 'leave' : situation.contact,
    }
  })
  return {
    pass: { person_id, computed_on: on, next_change_on },
    standings,
    clearances,
  }
}
