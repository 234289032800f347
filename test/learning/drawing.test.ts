import { describe, expect, test } from 'vitest'
import { resultOf } from '#server/learning/attempt.ts'
import { type Drawable, drawQuestions } from '#server/learning/questions/drawing.ts'

/** Numbers that are the same in every run. */
function lots(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state / 2147483648
  }
}

/** 24 questions on five objectives, four of them scenarios. The fifth objective has only two questions. */
const pool: readonly Drawable[] = Array.from({ length: 24 }, (_, at) => ({
  id: `q${at}`,
  objective: at < 2 ? 5 : (at % 4) + 1,
  type: at >= 20 ? 'scenario' : at % 5 === 0 ? 'sort' : 'single',
}))

const drawn = (from: readonly Drawable[], earlier: readonly (readonly string[])[], seed: number) =>
  drawQuestions(from, 10, earlier, lots(seed), () => 'seed').map(({ question }) => question)

const of = (ids: readonly string[]) => ids.map((id) => pool.find((question) => question.id === id)!)

describe('a draw', () => {
  test('covers every objective and has at least two scenarios, for any random numbers', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const questions = of(drawn(pool, [], seed))
      expect(new Set(questions).size).toBe(10)
      expect(new Set(questions.map(({ objective }) => objective)).size).toBe(5)
      expect(questions.filter(({ type }) => type === 'scenario').length).toBeGreaterThanOrEqual(2)
    }
  })

  test('prefers questions that earlier attempts did not show', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const first = drawn(pool, [], seed)
      const second = drawn(pool, [first], seed + 1000)
      const again = of(second.filter((id) => first.includes(id)))
      // A question repeats only when its objective or the scenarios have no others.
      const unseen = pool.filter(({ id }) => !first.includes(id))
      for (const question of again) {
        const hasOthers = unseen.some(({ objective }) => objective === question.objective)
        const hasScenarios = unseen.filter(({ type }) => type === 'scenario').length >= 2
        expect(hasOthers && (question.type !== 'scenario' || hasScenarios)).toBe(false)
      }
    }
  })

  test('leaves enough for a retake to be all different, where each objective has questions to spare', () => {
    const ample = pool.map((question, at) => ({ ...question, objective: (at % 5) + 1 }))
    for (let seed = 1; seed <= 500; seed++) {
      const first = drawn(ample, [], seed)
      const second = drawn(ample, [first], seed + 1000)
      expect(second.filter((id) => first.includes(id))).toEqual([])
    }
  })

  test('takes any questions if they name no objectives, as in versions before 2.0.0', () => {
    const old = pool.map((question) => ({ ...question, objective: undefined }))
    const scenarios = Array.from({ length: 200 }, (_, at) => of(drawn(old, [], at + 1))).map(
      (questions) => questions.filter(({ type }) => type === 'scenario').length,
    )
    expect(Math.min(...scenarios)).toBeLessThan(2)
  })
})

describe('the pass mark', () => {
  const answers = (credits: readonly (boolean | number)[]) =>
    credits.map((credit, position) => ({
      position,
      is_correct: credit === true || credit === 1,
      credit: typeof credit === 'number' ? credit : null,
    }))
  const eight = Array.from({ length: 10 }, (_, at) => at < 8)
  const seven = eight.with(7, false)

  test('is not reached with seven of ten', () => {
    expect(resultOf(answers(eight), 10, 80)).toEqual({ correct: 8, points: 8, total: 10, is_passed: true })
    expect(resultOf(answers(seven), 10, 80)).toMatchObject({ points: 7, is_passed: false })
  })

  test('counts two half-right sorting questions as one point', () => {
    const credits: (boolean | number)[] = [...seven]
    credits.splice(8, 2, 0.5, 0.5)
    expect(resultOf(answers(credits), 10, 80)).toEqual({
      correct: 7,
      points: 8,
      total: 10,
      is_passed: true,
    })
    credits.splice(9, 1, 0.25)
    expect(resultOf(answers(credits), 10, 80)).toMatchObject({ points: 7.75, is_passed: false })
  })

  test('counts a scenario only if every step is right', () => {
    const steps = [
      { position: 0, is_correct: true, credit: null },
      { position: 0, is_correct: false, credit: null },
      { position: 1, is_correct: true, credit: null },
    ]
    expect(resultOf(steps, 2, 80)).toEqual({ correct: 1, points: 1, total: 2, is_passed: false })
  })
})
