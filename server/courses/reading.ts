import { fleschKincaid } from 'flesch-kincaid'
import { syllable } from 'syllable'
import type { Exercise } from './exercises.ts'
import { meanPath } from './scenarios.ts'

export const wordsOf = (text: string) => text.match(/[\p{L}\p{N}][\p{L}\p{N}’'.-]*/gu) ?? []

/** Splits a paragraph or list item into its sentences. */
export const sentencesOf = (text: string) =>
  text
    .split(/(?<=[.!?…]["”’)]*)\s+(?=["“‘(]?\p{Lu})/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => wordsOf(sentence).length > 0)

/** The U.S. school grade at which the text reads easily (Flesch–Kincaid), to one decimal. */
export function readingGrade(sentences: readonly string[]): number {
  const words = sentences.flatMap(wordsOf)
  if (words.length === 0) return 0
  const grade = fleschKincaid({
    sentence: sentences.length,
    word: words.length,
    syllable: words.reduce((sum, word) => sum + Math.max(1, syllablesOf(word)), 0),
  })
  return Math.round(grade * 10) / 10
}

// Counting a word's syllables is slow, and a course says the same words again and again.
const counted = new Map<string, number>()
function syllablesOf(word: string): number {
  const known = counted.get(word)
  if (known !== undefined) return known
  const count = syllable(word)
  counted.set(word, count)
  return count
}

/** About 150 words a minute, and the time that doing and looking take. */
export function minutesReckoned(
  words: number,
  exercises: readonly Exercise[],
  figures: number,
  reflections: number,
): number {
  const doing = exercises.reduce((sum, exercise) => sum + exerciseMinutes(exercise), 0)
  return Math.round((words / 150 + doing + reflections + figures * 0.5) * 10) / 10
}

export function exerciseMinutes(exercise: Exercise): number {
  switch (exercise.type) {
    case 'order':
    case 'match':
    case 'sort':
      return 2
    case 'scenario':
      return 1.5 * meanPath(exercise)
    default:
      return 1
  }
}
