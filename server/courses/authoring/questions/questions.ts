import type { Static, TSchema } from 'typebox'
import { checkedShape, type Path } from '#server/courses/authoring/files/yaml-document.ts'
import { citeFact } from '#server/courses/authoring/text/scope.ts'
import { renderWords } from '#server/courses/authoring/text/words.ts'
import type { Exercise, Words } from '#server/courses/catalogue/question-types.ts'
import type { Setting } from './exercise-setting.ts'
import {
  anyExerciseShape,
  matchShape,
  multipleShape,
  orderShape,
  scenarioShape,
  singleShape,
  sortShape,
  trueFalseShape,
} from './exercise-shapes.ts'
import { checkAnswers, checkFacts } from './question-checks.ts'
import { checkWording } from './question-wording.ts'

/** Reads one exercise, or reports its errors by line. */
export function readExercise(setting: Setting): Exercise | undefined {
  const { document, path, scope } = setting
  const type = checkedShape(document, path, anyExerciseShape, scope.log)?.type
  if (type === undefined) return undefined
  const exercise = builders[type](setting)
  if (!exercise) return undefined
  checkWording(setting, exercise)
  return exercise
}

type Common = { id: string; title?: string; facts?: string[]; practice?: boolean; objective?: number }

const builders: Record<Exercise['type'], (setting: Setting) => Exercise | undefined> = {
  single: (setting) => choiceExercise(setting, 'single'),
  multiple: (setting) => choiceExercise(setting, 'multiple'),
  'true-false': (setting) => {
    const given = shapeOf(setting, trueFalseShape)
    return (
      given && {
        type: 'true-false',
        ...common(setting, given),
        stem: paragraphs(setting, given.stem, 'stem'),
        answer: given.answer,
        whyTrue: paragraphs(setting, given.why_true, 'why_true'),
        whyFalse: paragraphs(setting, given.why_false, 'why_false'),
      }
    )
  },
  order: (setting) => {
    const given = shapeOf(setting, orderShape)
    return (
      given && {
        type: 'order',
        ...common(setting, given),
        stem: paragraphs(setting, given.stem, 'stem'),
        items: given.items.map(({ id, text, why }, at) => ({
          id,
          text: label(setting, text, 'items', at, 'text'),
          why: paragraphs(setting, why, 'items', at, 'why'),
        })),
      }
    )
  },
  match: (setting) => {
    const given = shapeOf(setting, matchShape)
    return (
      given && {
        type: 'match',
        ...common(setting, given),
        stem: paragraphs(setting, given.stem, 'stem'),
        pairs: given.pairs.map(({ id, left, right, why }, at) => ({
          id,
          left: label(setting, left, 'pairs', at, 'left'),
          right: label(setting, right, 'pairs', at, 'right'),
          why: paragraphs(setting, why, 'pairs', at, 'why'),
        })),
      }
    )
  },
  sort: (setting) => {
    const given = shapeOf(setting, sortShape)
    return (
      given && {
        type: 'sort',
        ...common(setting, given),
        stem: paragraphs(setting, given.stem, 'stem'),
        buckets: given.buckets.map(({ id, title }, at) => ({
          id,
          title: label(setting, title, 'buckets', at, 'title'),
        })),
        items: given.items.map(({ id, text, bucket, why }, at) => ({
          id,
          text: label(setting, text, 'items', at, 'text'),
          bucket,
          why: paragraphs(setting, why, 'items', at, 'why'),
        })),
      }
    )
  },
  scenario: (setting) => {
    const given = shapeOf(setting, scenarioShape)
    if (!given) return undefined
    // A scenario's stem is its name, shown above the opening.
    const opening = given.stem === undefined ? given.opening : `**${given.stem.trim()}**\n\n${given.opening}`
    return {
      type: 'scenario',
      ...common(setting, given),
      stem: paragraphs(setting, opening, 'opening'),
      start: given.start,
      steps: new Map(
        given.steps.map(({ id, text, choices }, at) => [
          id,
          {
            id,
            text: paragraphs(setting, text, 'steps', at, 'text'),
            choices: choices.map((choice, place) => ({
              id: choice.id,
              text: label(setting, choice.text, 'steps', at, 'choices', place, 'text'),
              why: paragraphs(setting, choice.why, 'steps', at, 'choices', place, 'why'),
              best: choice.best ?? false,
              next: choice.next,
            })),
          },
        ]),
      ),
      endings: new Map(
        (given.endings ?? []).map(({ id, text, outcome }, at) => [
          id,
          { ...paragraphs(setting, text, 'endings', at, 'text'), outcome },
        ]),
      ),
    }
  },
}

function choiceExercise(setting: Setting, type: 'single' | 'multiple'): Exercise | undefined {
  const given = shapeOf(setting, type === 'single' ? singleShape : multipleShape)
  return (
    given && {
      type,
      ...common(setting, given),
      stem: paragraphs(setting, given.stem, 'stem'),
      choices: given.choices.map(({ id, text, correct, why }, at) => ({
        id,
        text: label(setting, text, 'choices', at, 'text'),
        correct: correct ?? false,
        why: paragraphs(setting, why, 'choices', at, 'why'),
      })),
    }
  )
}

/** The author's keys, if they match the schema and are consistent. */
function shapeOf<Schema extends TSchema>(setting: Setting, schema: Schema): Static<Schema> | undefined {
  const given = checkedShape(setting.document, setting.path, schema, setting.scope.log)
  return given !== undefined && checkAnswers(setting, given) ? given : undefined
}

function common(setting: Setting, given: Common) {
  const { document, path, scope } = setting
  checkFacts(setting, given)
  const line = document.lineOf([...path, 'facts'])
  return {
    id: given.id,
    title: given.title,
    facts: (given.facts ?? []).filter((key) => citeFact(scope, key, line)),
    practice: given.practice ?? false,
    objective: given.objective,
  }
}

const paragraphs = (setting: Setting, text: string, ...at: Path) => words(setting, text, at, false)
const label = (setting: Setting, text: string, ...at: Path) => words(setting, text, at, true)

const words = ({ md, scope, document, path }: Setting, text: string, at: Path, inControl: boolean): Words =>
  renderWords(md, scope, text, document.lineOf([...path, ...at]), inControl)
