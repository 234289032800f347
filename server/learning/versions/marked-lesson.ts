import type { Lesson } from '#server/courses/catalogue/catalogue.ts'
import { questionKey } from '#server/courses/catalogue/question-key.ts'
import { exerciseParagraph, paragraphsOf, withNewMarked } from '#server/courses/review/comments/paragraphs.ts'

type MarkedLesson = Readonly<{
  /** Whether the earlier version had this lesson at all. */
  isNew: boolean
  pieces: readonly Readonly<{
    html: string
    stem: string
    key: ReturnType<typeof questionKey>
    isNew: boolean
  }>[]
}>

/** Each pair of lessons is compared once; published texts never change. */
const compared = new WeakMap<Lesson, Map<Lesson | null, MarkedLesson>>()

/** A changed lesson to read, with what is new since the version that someone completed marked by paragraph. */
export function markedLesson(lesson: Lesson, before: Lesson | null): MarkedLesson {
  const known = compared.get(lesson) ?? new Map<Lesson | null, MarkedLesson>()
  const marked = known.get(before) ?? compare(lesson, before)
  compared.set(lesson, known.set(before, marked))
  return marked
}

function compare(lesson: Lesson, before: Lesson | null): MarkedLesson {
  const known = new Set(
    (before?.pieces ?? []).flatMap((piece) => {
      const exercise = piece.kind === 'exercise' ? before?.exercises.get(piece.id) : undefined
      return exercise ? [exerciseParagraph(exercise).anchor] : paragraphsOf(piece.html).map(anchorOf)
    }),
  )
  return {
    isNew: before === null,
    pieces: lesson.pieces.map((piece) => {
      const exercise = piece.kind === 'exercise' ? lesson.exercises.get(piece.id) : undefined
      if (exercise) {
        const isNew = before !== null && !known.has(exerciseParagraph(exercise).anchor)
        return { html: '', stem: exercise.stem.html, key: questionKey(exercise), isNew }
      }
      const html = before === null ? piece.html : withNewMarked(piece.html, known)
      return { html, stem: '', key: [], isNew: false }
    }),
  }
}

const anchorOf = ({ anchor }: Readonly<{ anchor: string }>) => anchor
