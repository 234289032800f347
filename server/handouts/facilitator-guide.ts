import type { CourseVersion, Lesson, Module } from '#server/courses/catalogue/catalogue.ts'
import type { FacilitatorsGuide } from '#server/courses/catalogue/course-parts.ts'
import type { Exercise } from '#server/courses/catalogue/exercises.ts'
import { longestPath } from '#server/courses/catalogue/scenarios.ts'
import type { Sheet, SheetBlock, Span } from '#server/courses/catalogue/sheet.ts'
import { count, minutes } from '#server/web/words.ts'

/** A guide for taking a module as a group: the general advice, with what this module gives to talk about and to do. */
export function facilitatorGuide(
  { sheet, before, after }: FacilitatorsGuide,
  course: CourseVersion,
  module: Module,
): Sheet {
  const [asOf = [], ...sources] = sheet.notes
  const made = `Made from version ${course.version} of the course. Its lessons name their own sources.`
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
      `Module ${module.number} of ${course.modules.length}. ${count(module.lessons.length, 'lesson')}, about ${minutes(module.minutes)} without breaks; talking takes half as long again. Each person’s own questions take about ${minutes(module.assessmentMinutes)} after that.`,
    ),
    paragraph('Afterwards people can:'),
    list(module.objectives.map((text) => [{ text }])),
    ...(notes.length === 0
      ? []
      : [
          heading(3, 'Content notes, to send ahead and to say again'),
          list(
            notes.map(({ title, contentNote }) => [
              { text: `${title}: `, bold: true },
              { text: contentNote },
            ]),
          ),
        ]),
  ]
}

function lessonBlocks({ number, title, minutes: long, purpose, contentNote, together, exercises }: Lesson) {
  const { dialogues, reflections, keyPoints, tomorrow } = together
  const prompts = [
    ...dialogues.map(
      (place) => `Read the dialogue aloud in your own voices (“${place}”). Where did it turn?`,
    ),
    ...reflections,
    ...keyPoints.map((text) => `“${text}” What would have to change here for that to be easy?`),
  ]
  return [
    heading(3, `Lesson ${number}: ${title} (${minutes(long)})`),
    paragraph(purpose),
    ...(contentNote ? [labelled('Say first:', contentNote)] : []),
    ...(prompts.length > 0 ? [label('To talk about'), list(prompts.map((text) => [{ text }]))] : []),
    ...[...exercises.values()].flatMap(exerciseBlocks),
    ...(tomorrow.length > 0
      ? [label('To end with: which of these will you do first?'), list(tomorrow.map((text) => [{ text }]))]
      : []),
  ]
}

function exerciseBlocks(exercise: Exercise): SheetBlock[] {
  const stem = exercise.stem.text
  switch (exercise.type) {
    case 'single':
    case 'multiple':
      return [
        label('To do together: choose, then say why. What fits is in bold.'),
        paragraph(stem),
        list(exercise.choices.map((one) => answer(one.text.text, one.why.text, one.correct))),
      ]
    case 'true-false':
      return [
        label('To do together: true or false? What fits is in bold.'),
        paragraph(stem),
        list([
          answer('True.', exercise.whyTrue.text, exercise.answer),
          answer('False.', exercise.whyFalse.text, !exercise.answer),
        ]),
      ]
    case 'order':
      return [
        label('To do together: put cards in order. The order that holds:'),
        paragraph(stem),
        list(
          exercise.items.map((one) => answer(one.text.text, one.why.text, true)),
          'number',
        ),
      ]
    case 'match':
      return [
        label('To do together: match cards. What belongs together:'),
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
        label('To do together: sort cards into piles, and talk about those that could lie on two.'),
        paragraph(stem),
        ...exercise.buckets.flatMap((bucket) => [
          labelled('Pile:', bucket.title.text),
          list(
            exercise.items
              .filter((one) => one.bucket === bucket.id)
              .map((one) => answer(one.text.text, one.why.text, false)),
          ),
        ]),
      ]
    case 'scenario': {
      const first = exercise.steps.get(exercise.start)!
      return [
        label(`To do together: play it out, ${count(longestPath(exercise), 'decision')} at most`),
        paragraph(stem),
        labelled('It begins:', first.text.text),
        paragraph(
          'Go on in the lesson itself. At each step ask, “What would you say, and why?” before anyone sees the choices. Then go back once and take a way that looked good and was not: what did the young person learn from it?',
        ),
      ]
    }
  }
}

const answer = (text: string, why: string, fits: boolean): Span[] => [
  { text: closed(text), ...(fits && { bold: true }) },
  { text: ` ${why}` },
]

/** Ends as a sentence does, so that what follows begins another. */
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
