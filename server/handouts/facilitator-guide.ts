import type { CourseVersion, Lesson, Module } from '#server/courses/catalogue/catalogue.ts'
import type { FacilitatorsGuide } from '#server/courses/catalogue/course-parts.ts'
import type { Exercise, ScenarioExercise } from '#server/courses/catalogue/question-types.ts'
import { longestPath } from '#server/courses/catalogue/scenarios.ts'
import type { Sheet, SheetBlock, Span } from '#server/courses/catalogue/sheet.ts'
import { count, minutes } from '#server/web/words.ts'

/** The guide for leading a group through a module: general advice plus this module's discussions and exercises. */
export function facilitatorGuide(
  { sheet, before, after }: FacilitatorsGuide,
  course: CourseVersion,
  module: Module,
): Sheet {
  const [asOf = [], ...sources] = sheet.notes
  const made = `Based on version ${course.version} of the course. Its lessons list their own sources.`
  return {
    ...sheet,
    over: `${course.shortTitle}, facilitator’s guide`,
    title: module.title,
    blocks: [...moduleBlocks(course, module), ...before, ...module.lessons.flatMap(lessonBlocks), ...after],
    notes: [[...asOf, { text: ` ${made}` }], ...sources],
  }
}

function moduleBlocks(course: CourseVersion, module: Module): SheetBlock[] {
  const notes = module.lessons.flatMap(({ title, contentNote }) =>
    contentNote ? [{ title, contentNote }] : [],
  )
  return [
    heading(2, 'This module'),
    paragraph(
      `Module ${module.number} of ${course.modules.length}. ${count(module.lessons.length, 'lesson')}, about ${minutes(module.minutes)} without breaks. Allow half as much time again for discussion. ${afterwards(module)}`,
    ),
    paragraph('After this module, people can:'),
    list(module.objectives.map((text) => [{ text }])),
    ...(notes.length === 0
      ? []
      : [
          heading(3, 'Content notes: send these ahead and say them again'),
          list(
            notes.map(({ title, contentNote }) => [
              { text: `${title}: `, bold: true },
              { text: contentNote },
            ]),
          ),
        ]),
  ]
}

const afterwards = ({ draw, assessmentMinutes }: Module) =>
  draw > 0
    ? `After that, each person answers the questions on their own, in about ${minutes(assessmentMinutes)}.`
    : 'It has no questions. Each person finishes the course on their own.'

function lessonBlocks({ number, title, minutes: long, purpose, contentNote, together, exercises }: Lesson) {
  const { dialogues, reflections, keyPoints, tomorrow } = together
  const prompts = [
    ...dialogues.map((place) => `Read the dialogue aloud (“${place}”). Where was the turning point?`),
    ...reflections,
    ...keyPoints.map((text) => `“${text}” What would have to change here to make that easy?`),
  ]
  return [
    heading(3, `Lesson ${number}: ${title} (${minutes(long)})`),
    paragraph(purpose),
    ...(contentNote ? [labelled('Say first:', contentNote)] : []),
    ...(prompts.length > 0 ? [label('Discuss'), list(prompts.map((text) => [{ text }]))] : []),
    ...[...exercises.values()].flatMap(exerciseBlocks),
    ...(tomorrow.length > 0
      ? [label('To close: which of these will you do first?'), list(tomorrow.map((text) => [{ text }]))]
      : []),
  ]
}

function exerciseBlocks(exercise: Exercise): SheetBlock[] {
  const stem = exercise.stem.text
  switch (exercise.type) {
    case 'single':
    case 'multiple':
      return [
        label('Exercise: choose, then say why. Correct answers are in bold.'),
        paragraph(stem),
        list(exercise.choices.map((one) => answer(one.text.text, one.why.text, one.correct))),
      ]
    case 'true-false':
      return [
        label('Exercise: true or false? The correct answer is in bold.'),
        paragraph(stem),
        list([
          answer('True.', exercise.whyTrue.text, exercise.answer),
          answer('False.', exercise.whyFalse.text, !exercise.answer),
        ]),
      ]
    case 'order':
      return [
        label('Exercise: put the cards in order. The correct order:'),
        paragraph(stem),
        list(
          exercise.items.map((one) => answer(one.text.text, one.why.text, true)),
          'number',
        ),
      ]
    case 'match':
      return [
        label('Exercise: match the cards. The correct pairs:'),
        paragraph(stem),
        list(
          exercise.pairs.map((one) => [
            { text: one.left.text, bold: true },
            { text: ` and: ${closed(one.right.text)} ${one.why.text}` },
          ]),
        ),
      ]
    case 'sort':
      return [
        label('Exercise: sort the cards into piles. Discuss cards that could go in two piles.'),
        paragraph(stem),
        ...exercise.buckets.flatMap(({ id, title }) => [
          labelled('Pile:', title.text),
          list(
            exercise.items
              .filter(({ bucket }) => bucket === id)
              .map((one) => answer(one.text.text, one.why.text, false)),
          ),
        ]),
      ]
    case 'scenario':
      return scenarioBlocks(exercise)
  }
}

function scenarioBlocks(scenario: ScenarioExercise): SheetBlock[] {
  const first = scenario.steps.get(scenario.start)!
  return [
    label(`Exercise: play the scenario, up to ${count(longestPath(scenario), 'decision')}`),
    opening(scenario),
    labelled('The first decision:', first.text.text),
    paragraph(
      'Continue in the lesson. At each step, ask “What would you say, and why?” before anyone sees the choices. Then go back once and take a path that looked good but wasn’t. What did the young person learn from it?',
    ),
  ]
}

/** A scenario's name, where it has one, and what happened before the first decision. */
function opening({ stem }: Exercise): SheetBlock {
  const name = /^<p><strong>([^<&]+)<\/strong><\/p>/.exec(stem.html)?.[1]
  return name && stem.text.startsWith(name)
    ? labelled(closed(name), stem.text.slice(name.length).trim())
    : paragraph(stem.text)
}

const answer = (text: string, why: string, fits: boolean): Span[] => [
  { text: closed(text), ...(fits && { bold: true }) },
  { text: ` ${why}` },
]

/** Adds a period if the text doesn't end with punctuation. */
const closed = (text: string) => (/[.!?…:][”’"')]*$/.test(text) ? text : `${text}.`)

const heading = (level: 2 | 3, text: string): SheetBlock => ({ kind: 'heading', level, spans: [{ text }] })
const paragraph = (text: string): SheetBlock => ({ kind: 'paragraph', spans: [{ text }] })
const label = (text: string): SheetBlock => ({ kind: 'paragraph', spans: [{ text, bold: true }] })
const labelled = (text: string, more: string): SheetBlock => ({
  kind: 'paragraph',
  spans: [{ text: `${text} `, bold: true }, { text: more }],
})
const list = (items: readonly (readonly Span[])[], marker: 'bullet' | 'number' = 'bullet'): SheetBlock => ({
  kind: 'list',
  marker,
  items,
})
