import type { Line, ProblemLog } from '#server/courses/authoring/files/problems.ts'
import type { ScenarioExercise } from '#server/courses/catalogue/question-types.ts'
import {
  fewestEndings,
  isRecoverable,
  reachableEndings,
  stepsWithoutConsequence,
} from '#server/courses/catalogue/scenarios.ts'

/** A scenario branches: choices have consequences, endings differ, and a mistake can be recovered from. */
export function checkBranches(scenario: ScenarioExercise, file: string, line: Line, log: ProblemLog): void {
  const say = (message: string, fix: string) =>
    log.error(file, line, `The scenario "${scenario.id}" ${message}`, fix)
  const ends = reachableEndings(scenario)
  if (ends.has('end'))
    say('has a choice that leads to "end".', 'Give each path its own ending that says what happens.')
  const endings = [...scenario.endings].filter(([id]) => ends.has(id))
  if (new Set(endings.map(([, { text }]) => text)).size < fewestEndings)
    say(
      `has ${endings.length === 1 ? 'one reachable ending' : 'fewer than two reachable endings'}.`,
      'Write at least two.',
    )
  for (const [id, { outcome }] of endings) {
    if (outcome === undefined)
      say(
        `has no outcome for its ending "${id}".`,
        'Add "outcome:" with good, recovered, harm-reduced or missed.',
      )
  }
  for (const id of stepsWithoutConsequence(scenario))
    say(
      `leads to the same place for every choice at "${id}".`,
      'Let at least one choice lead somewhere else.',
    )
  if (!isRecoverable(scenario))
    say(
      'has no way to recover from a mistake.',
      'Let a choice that is not the best lead to an ending with outcome good or recovered.',
    )
}
