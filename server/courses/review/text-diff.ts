import { diffArrays, diffWordsWithSpace } from 'diff'
import type { CourseVersion, Lesson, Module } from '#server/courses/catalogue/catalogue.ts'
import { questionLines } from '#server/courses/catalogue/question-key.ts'
import { changesBetween, type PartChange } from '#server/courses/catalogue/version-changes.ts'
import { paragraphsOf } from './comments/paragraphs.ts'

/** Part of a line: in both versions, or only in one of them. */
type DiffPart = Readonly<{ text: string; kind: 'same' | 'removed' | 'added' }>
/** Two lines side by side. One of them may be missing. */
type DiffRow = Readonly<{ before: readonly DiffPart[] | null; after: readonly DiffPart[] | null }>

/** Compares two texts line by line and marks the words that differ. Identical lines are left out. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffRow[] {
  const rows: DiffRow[] = []
  let removed: readonly string[] = []
  const flush = (added: readonly string[]) => {
    for (let at = 0; at < Math.max(removed.length, added.length); at++)
      rows.push(pair(removed[at], added[at]))
    removed = []
  }
  for (const part of diffArrays([...before], [...after])) {
    if (part.removed) {
      flush([])
      removed = part.value
    } else if (part.added) flush(part.value)
    else flush([])
  }
  flush([])
  return rows
}

function pair(before: string | undefined, after: string | undefined): DiffRow {
  if (before === undefined || after === undefined)
    return {
      before: before === undefined ? null : [{ text: before, kind: 'removed' }],
      after: after === undefined ? null : [{ text: after, kind: 'added' }],
    }
  const parts = diffWordsWithSpace(before, after)
  return {
    before: parts
      .filter(({ added }) => !added)
      .map(({ value, removed }) => ({ text: value, kind: removed ? 'removed' : 'same' })),
    after: parts
      .filter(({ removed }) => !removed)
      .map(({ value, added }) => ({ text: value, kind: added ? 'added' : 'same' })),
  }
}

type ComparedPart = Readonly<{
  title: string
  place: string
  change: PartChange
  rows: readonly DiffRow[]
}>

/** Compares two versions of a course: each lesson and question that differs, side by side. */
export function compareTexts(before: CourseVersion, after: CourseVersion): readonly ComparedPart[] {
  const changes = changesBetween(before, after)
  const heads = [
    {
      title: 'The course',
      place: 'Description',
      rows: diffLines(courseLines(before), courseLines(after)),
    },
    ...after.modules.flatMap((now) => {
      const old = moduleAt(before, now.slug)
      if (!old) return []
      const rows = diffLines(moduleLines(old), moduleLines(now))
      return [{ title: 'The module', place: titleOf(before, after, now.slug), rows }]
    }),
  ]
  const lessons = changes.lessons.map(({ module, lesson, change }): ComparedPart => {
    const [old, now] = [lessonAt(before, module, lesson), lessonAt(after, module, lesson)]
    return {
      title: (now ?? old)!.title,
      place: titleOf(before, after, module),
      change,
      rows: diffLines(old ? lessonLines(old) : [], now ? lessonLines(now) : []),
    }
  })
  return [
    ...heads.flatMap((head): ComparedPart[] =>
      head.rows.length > 0 ? [{ ...head, change: 'changed' }] : [],
    ),
    ...lessons,
    ...changedQuestions(before, after),
  ]
}

/** Each question that differs, as `module/question`. */
export function changedQuestions(
  before: CourseVersion,
  after: CourseVersion,
): readonly (ComparedPart & Readonly<{ key: string }>)[] {
  return changesBetween(before, after).pools.flatMap(({ module }) => {
    const [old, now] = [moduleAt(before, module), moduleAt(after, module)]
    const ids = new Set([...(now?.questions.keys() ?? []), ...(old?.questions.keys() ?? [])])
    return [...ids].flatMap((id) => {
      const [was, is] = [old?.questions.get(id), now?.questions.get(id)]
      const rows = diffLines(was ? questionLines(was) : [], is ? questionLines(is) : [])
      const change: PartChange = was && is ? 'changed' : is ? 'added' : 'removed'
      if (rows.length === 0) return []
      return [
        {
          key: `${module}/${id}`,
          title: `Question ${id}`,
          place: titleOf(before, after, module),
          change,
          rows,
        },
      ]
    })
  })
}

function titleOf(before: CourseVersion, after: CourseVersion, slug: string) {
  const module = moduleAt(after, slug) ?? moduleAt(before, slug)
  return module ? `Module ${module.number}: ${module.title}` : slug
}

const moduleAt = (text: CourseVersion, slug: string): Module | undefined =>
  text.modules.find((module) => module.slug === slug)

const lessonAt = (text: CourseVersion, module: string, slug: string): Lesson | undefined =>
  moduleAt(text, module)?.lessons.find((lesson) => lesson.slug === slug)

const courseLines = (text: CourseVersion): readonly string[] =>
  [
    text.title,
    text.shortTitle,
    `For: ${text.audience}`,
    `Required by: ${text.statute}`,
    text.summary,
    text.supplementary,
    `Facts: ${text.authority.join(', ')}`,
    `Modules: ${text.modules.map(({ title }) => title).join('; ')}`,
  ].filter((line) => line !== '')

const moduleLines = (module: Module): readonly string[] => [
  module.title,
  ...module.objectives,
  `Minutes: ${module.minutes}, and ${module.assessmentMinutes} for the questions`,
  `Questions: ${module.draw} drawn, pass mark ${module.passMark}%`,
]

const lessonLines = (lesson: Lesson): readonly string[] => [
  lesson.title,
  lesson.purpose,
  ...(lesson.contentNote === undefined ? [] : [lesson.contentNote]),
  ...lesson.pieces.flatMap((piece) => {
    if (piece.kind === 'text') return paragraphsOf(piece.html).map(({ text }) => text)
    const exercise = lesson.exercises.get(piece.id)
    return exercise ? questionLines(exercise) : []
  }),
  `Minutes: ${lesson.minutes}`,
  ...(lesson.factKeys.length > 0 ? [`Facts: ${lesson.factKeys.join(', ')}`] : []),
]
