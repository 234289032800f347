import { fleschKincaid } from 'flesch-kincaid'
import { syllable } from 'syllable'
import type { Exercise, ScenarioExercise, Words } from '#server/courses/catalogue/question-types.ts'
import { meanPath } from '#server/courses/catalogue/scenarios.ts'

export const wordsOf = (text: string) => text.match(/[\p{L}\p{N}][\p{L}\p{N}’'.-]*/gu) ?? []

/** Splits a paragraph or list item into its sentences. */
export const sentencesOf = (text: string) =>
  text
    .split(/(?<=[.!?…]["”’)]*)\s+(?=["“‘(]?\p{Lu})/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => wordsOf(sentence).length > 0)

/** The Flesch–Kincaid grade, to one decimal. */
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

// Cached: counting syllables is slow, and courses repeat the same words.
const counted = new Map<string, number>()
function syllablesOf(word: string): number {
  const known = counted.get(word)
  if (known !== undefined) return known
  const count = syllable(word)
  counted.set(word, count)
  return count
}

/** Reading speed in words per minute. */
const readingPace = 150

/** Reading time of the text and its exercises, plus time to look and think. */
export function calculatedMinutes(
  words: number,
  exercises: readonly Exercise[],
  figures: number,
  reflections: number,
): number {
  const doing = exercises.map(exerciseMinutes)
  return toTenth(words / readingPace + sumOf(doing) + reflections + figures * 0.5)
}

/** An assessment's minutes: the drawn questions, averaged over the pool, and the feedback at the end. */
export function assessmentMinutes(questions: readonly Exercise[], draw: number): number {
  if (questions.length === 0) return 0
  return toTenth(meanOf(questions.map(exerciseMinutes)) * draw)
}

/** Reading time plus a quarter of a minute for each decision. */
const exerciseMinutes = (exercise: Exercise) =>
  exerciseWords(exercise) / readingPace + decisionsIn(exercise) * 0.25

function decisionsIn(exercise: Exercise): number {
  switch (exercise.type) {
    case 'order':
    case 'sort':
      return exercise.items.length
    case 'match':
      return exercise.pairs.length
    case 'scenario':
      return meanPath(exercise)
    default:
      return 1
  }
}

export const toTenth = (number: number) => Math.round(number * 10) / 10

/** The words that a learner reads to answer once: choices, then feedback, averaged over the possible answers. */
export function exerciseWords(exercise: Exercise): number {
  const stem = countOf(exercise.stem)
  switch (exercise.type) {
    case 'single': {
      const right = countOf(exercise.choices.find(({ correct }) => correct)!.why)
      const feedback = exercise.choices.map(({ why, correct }) => countOf(why) + (correct ? 0 : right))
      return stem + sumOf(exercise.choices.map(({ text }) => countOf(text))) + meanOf(feedback)
    }
    case 'true-false':
      return stem + 2 + meanOf([countOf(exercise.whyTrue), countOf(exercise.whyFalse)])
    case 'multiple': {
      const shown = exercise.choices.map(
        ({ text, why, correct }) => countOf(text) + countOf(why) * (correct ? 1 : 0.5),
      )
      return stem + sumOf(shown)
    }
    case 'order':
    case 'sort':
      return stem + sumOf(exercise.items.map(({ text, why }) => countOf(text) + countOf(why)))
    case 'match':
      return (
        stem +
        sumOf(exercise.pairs.map(({ left, right, why }) => countOf(left) + countOf(right) + countOf(why)))
      )
    case 'scenario':
      return stem + scenarioWords(exercise)
  }
}

function scenarioWords({ start, steps, endings }: ScenarioExercise): number {
  const from = (id: string): number => {
    const step = steps.get(id)
    if (!step) return countOf(endings.get(id))
    const choices = sumOf(step.choices.map(({ text }) => countOf(text)))
    const onward = meanOf(step.choices.map(({ why, next }) => countOf(why) + from(next)))
    return countOf(step.text) + choices + onward
  }
  return from(start)
}

const countOf = (words: Words | undefined) => (words ? wordsOf(words.text).length : 0)
const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0)
const meanOf = (numbers: readonly number[]) => sumOf(numbers) / numbers.length
