import { suggestion } from '#server/courses/authoring/files/problems.ts'
import type { Path } from '#server/courses/authoring/files/yaml-document.ts'
import { circularStep, unreachableSteps } from '#server/courses/catalogue/scenarios.ts'
import type { Setting } from './exercise-setting.ts'

type Say = (at: Path, message: string, fix: string) => void

/** Checks that an exercise is consistent: one correct answer, unique ids, steps that lead somewhere. */
export function checkAnswers({ document, path, scope }: Setting, given: unknown): boolean {
  let sound = true
  const say: Say = (at, message, fix) => {
    sound = false
    scope.log.error(scope.file, document.lineOf([...path, ...at]), message, fix)
  }
  const exercise = given as Given
  if (exercise.choices) {
    uniqueIds(exercise.choices, ['choices'], 'choice', say)
    const correct = exercise.choices.filter((choice) => choice.correct).length
    if (exercise.type === 'single' && correct !== 1) {
      say(
        ['choices'],
        `${correct === 0 ? 'No choice is' : `${correct} choices are`} marked as correct.`,
        correct === 0
          ? 'Add "correct: true" to the correct one.'
          : 'A "single" exercise has one. Keep the best, or use "type: multiple".',
      )
    }
    if (exercise.type === 'multiple' && correct === 0) {
      say(['choices'], 'No choice is marked as correct.', 'Add "correct: true" to each correct one.')
    }
  }
  if (exercise.pairs) {
    uniqueIds(exercise.pairs, ['pairs'], 'pair', say)
    const rights = exercise.pairs.map(({ right }) => right.trim())
    for (const [at, right] of rights.entries()) {
      if (rights.indexOf(right) === at) continue
      say(
        ['pairs', at, 'right'],
        `Two pairs have the same right side, "${right}".`,
        'Make each right side different.',
      )
    }
  }
  if (exercise.buckets) {
    uniqueIds(exercise.buckets, ['buckets'], 'bucket', say)
    const ids = exercise.buckets.map(({ id }) => id)
    for (const [at, item] of (exercise.items ?? []).entries()) {
      if (item.bucket === undefined || ids.includes(item.bucket)) continue
      say(
        ['items', at, 'bucket'],
        `There is no bucket "${item.bucket}".`,
        suggestion(item.bucket, ids, 'buckets'),
      )
    }
  }
  if (exercise.items) uniqueIds(exercise.items, ['items'], 'item', say)
  if (exercise.steps) checkScenario({ ...exercise, endings: exercise.endings ?? [] } as Scenario, say)
  return sound
}

type Named = { id: string }
type Given = {
  type: string
  choices?: (Named & { correct?: boolean })[]
  pairs?: (Named & { right: string })[]
  buckets?: Named[]
  items?: (Named & { bucket?: string })[]
  start?: string
  steps?: (Named & { choices: (Named & { best?: boolean; next: string })[] })[]
  endings?: Named[]
}

function uniqueIds(list: readonly Named[], path: Path, what: string, say: Say): void {
  for (const [at, { id }] of list.entries()) {
    if (list.findIndex((other) => other.id === id) === at) continue
    say([...path, at, 'id'], `Two have the id "${id}".`, `Give each ${what} a different id.`)
  }
}

type Scenario = Required<Given>

function checkScenario(scenario: Scenario, say: Say): void {
  const { start, steps, endings } = scenario
  const ids = steps.map(({ id }) => id)
  checkScenarioIds(scenario, say)
  if (!ids.includes(start)) {
    say(['start'], `The scenario starts at "${start}", which is not a step.`, suggestion(start, ids, 'steps'))
  }
  const targets = [...ids, ...endings.map(({ id }) => id), 'end']
  for (const [at, step] of steps.entries()) checkStep(step, at, targets, say)
  const circle = circularStep({ start, steps })
  if (circle !== undefined) {
    say(
      ['steps', ids.indexOf(circle)],
      `The step "${circle}" leads back to itself.`,
      'Let each choice lead to a later step or an ending.',
    )
  }
  if (ids.includes(start)) checkAllReached(scenario, say)
}

function checkScenarioIds({ steps, endings }: Scenario, say: Say): void {
  const ids = steps.map(({ id }) => id)
  const ends = endings.map(({ id }) => id)
  uniqueIds(steps, ['steps'], 'step', say)
  uniqueIds(endings, ['endings'], 'ending', say)
  for (const id of [...ids, ...ends].filter(
    (id) => id === 'end' || (ids.includes(id) && ends.includes(id)),
  )) {
    say(
      [],
      `"${id}" is the id of more than one step or ending.`,
      'Steps and endings need different ids, and none can be "end".',
    )
  }
}

function checkStep(step: Scenario['steps'][number], at: number, targets: readonly string[], say: Say): void {
  uniqueIds(step.choices, ['steps', at, 'choices'], 'choice of a step', say)
  const best = step.choices.filter((choice) => choice.best).length
  if (best !== 1) {
    say(
      ['steps', at, 'choices'],
      `The step "${step.id}" has ${best === 0 ? 'no best choice' : `${best} best choices`}.`,
      'Add "best: true" to one choice.',
    )
  }
  for (const [place, { next }] of step.choices.entries()) {
    if (targets.includes(next)) continue
    say(
      ['steps', at, 'choices', place, 'next'],
      `There is no step or ending "${next}".`,
      suggestion(next, targets, 'steps and endings'),
    )
  }
}

/** Each step and each ending is reached by some choice. */
function checkAllReached({ start, steps, endings }: Scenario, say: Say): void {
  const fix = 'Let a choice lead there with "next", or remove it.'
  for (const id of unreachableSteps({ start, steps })) {
    const at = steps.findIndex((step) => step.id === id)
    say(['steps', at], `No choice leads to the step "${id}".`, fix)
  }
  const nexts = steps.flatMap(({ choices }) => choices.map(({ next }) => next))
  for (const [at, { id }] of endings.entries())
    if (!nexts.includes(id)) say(['endings', at], `No choice leads to the ending "${id}".`, fix)
}

/** A scored answer must be based on a verified fact or be marked as practice advice. */
export function checkFacts(
  { document, path, scope, use }: Setting,
  { id, facts = [], practice = false }: { id: string; facts?: readonly string[]; practice?: boolean },
): void {
  if (use !== 'question' || practice) return
  const say = (message: string, fix: string) =>
    scope.log.error(scope.file, document.lineOf([...path, 'facts']), message, fix)
  if (facts.length === 0) {
    say(
      `The question "${id}" lists no fact.`,
      'Add "facts: […]", or "practice: true" if it is based on practice advice.',
    )
  } else if (facts.every((key) => scope.register.facts.get(key)?.status === 'U')) {
    say(
      `The question "${id}" is based only on ${facts.join(', ')}, which ${facts.length === 1 ? 'is' : 'are'} not verified (status U).`,
      'Add "practice: true" and ask it as advice, or use a verified fact.',
    )
  }
}
