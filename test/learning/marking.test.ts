import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { answerFields } from '#server/courses/catalogue/answer-fields.ts'
import type { Question } from '#server/courses/catalogue/question-types.ts'
import { walk } from '#server/courses/catalogue/scenarios.ts'
import {
  type Answer,
  keyOf,
  markAnswer,
  parseAnswer,
  passed,
  scoreOf,
} from '#server/learning/questions/marking.ts'
import { fixtureDir } from '#test/courses/fixture.ts'
import { shownForm } from './shown-form.ts'

const { catalogue } = loadCourses(fixtureDir)
const [module] = catalogue.courses.get('welcome')!.working!.modules
const exercises = [...module!.lessons[1]!.exercises.values()]
const questions: readonly Question[] = [...exercises, ...module!.questions.values()]
const byType = (type: Question['type']) => exercises.find((exercise) => exercise.type === type)!
const each = fc.constantFrom(...questions)

/** The form that a browser sends when a person gives this answer on the page drawn with this seed. */
function formFor(question: Question, answer: Answer, seed: string): Record<string, string | string[]> {
  if ('choice' in answer || 'choices' in answer || 'path' in answer) return shownForm(question, seed, answer)
  const fields = answerFields(question, seed)
  if (fields.kind === 'choices') throw new Error('not a choice')
  const texts = new Map(fields.items.map(({ name, html }) => [html, name]))
  if (question.type === 'order' && 'order' in answer) {
    return Object.fromEntries(
      question.items.map(({ id, text }) => [texts.get(text.html)!, String(answer.order.indexOf(id) + 1)]),
    )
  }
  if (fields.kind === 'order') throw new Error('not an order')
  const option = (text: string) => fields.options.find((one) => one.text === text)!.value
  if (question.type === 'match' && 'pairs' in answer) {
    const right = (id: string) => question.pairs.find((pair) => pair.id === id)!.right.text
    return Object.fromEntries(
      question.pairs.map(({ id, left }) => [texts.get(left.html)!, option(right(answer.pairs[id]!))]),
    )
  }
  if (question.type === 'sort' && 'placed' in answer) {
    const title = (id: string) => question.buckets.find((bucket) => bucket.id === id)!.title.text
    return Object.fromEntries(
      question.items.map(({ id, text }) => [texts.get(text.html)!, option(title(answer.placed[id]!))]),
    )
  }
  throw new Error('no such answer')
}

/** Any complete answer to the question. */
function anyAnswer(question: Question): fc.Arbitrary<Answer> {
  switch (question.type) {
    case 'single':
      return fc.constantFrom(...question.choices).map(({ id }) => ({ choice: id }))
    case 'true-false':
      return fc.constantFrom('true', 'false').map((choice) => ({ choice }))
    case 'multiple':
      return fc
        .subarray(
          question.choices.map(({ id }) => id),
          { minLength: 1 },
        )
        .map((choices) => ({ choices }))
    case 'order': {
      const ids = question.items.map(({ id }) => id)
      return fc
        .shuffledSubarray(ids, { minLength: ids.length, maxLength: ids.length })
        .map((order) => ({ order }))
    }
    case 'match': {
      const ids = question.pairs.map(({ id }) => id)
      const record = Object.fromEntries(ids.map((id) => [id, fc.constantFrom(...ids)]))
      return fc.record(record).map((pairs) => ({ pairs }) as Answer)
    }
    case 'sort': {
      const buckets = fc.constantFrom(...question.buckets.map(({ id }) => id))
      const record = Object.fromEntries(question.items.map(({ id }) => [id, buckets]))
      return fc.record(record).map((placed) => ({ placed }) as Answer)
    }
    case 'scenario':
      return fc.array(fc.nat(1), { minLength: 9, maxLength: 9 }).map((turns) => {
        const path: string[] = []
        for (const turn of turns) {
          const { at } = walk(question, path)
          if (at.kind === 'end') break
          path.push(at.step.choices[turn]!.id)
        }
        return { path }
      })
  }
}

const answered = each.chain((question) => anyAnswer(question).map((answer) => ({ question, answer })))

describe('marking', () => {
  test('the key is always right', () => {
    for (const question of questions)
      expect(markAnswer(question, keyOf(question))).toMatchObject({ correct: true })
  })

  test('an answer is right exactly when it is the key', () => {
    fc.assert(
      fc.property(answered, ({ question, answer }) => {
        const isKey = JSON.stringify(answer) === JSON.stringify(keyOf(question))
        const mark = markAnswer(question, answer)
        expect(mark.correct).toBe(isKey)
        expect(mark.right === mark.of).toBe(isKey)
      }),
      { numRuns: 500 },
    )
  })

  test('too few or too many choices are not correct', () => {
    const multiple = byType('multiple')
    expect(markAnswer(multiple, { choices: ['tea'] })).toEqual({ correct: false, right: 2, of: 3 })
    expect(markAnswer(multiple, { choices: ['tea', 'tour', 'quiz'] })).toEqual({
      correct: false,
      right: 2,
      of: 3,
    })
    expect(markAnswer(multiple, { choices: ['tour', 'tea'] }).correct).toBe(true)
  })

  test('a scenario is correct only with the best choice at every step', () => {
    const scenario = byType('scenario')
    expect(markAnswer(scenario, { path: ['plate', 'sit'] })).toEqual({ correct: true, right: 2, of: 2 })
    expect(markAnswer(scenario, { path: ['plate', 'leave'] })).toEqual({ correct: false, right: 1, of: 2 })
    expect(markAnswer(scenario, { path: ['ask', 'wait'] })).toEqual({ correct: false, right: 1, of: 2 })
    expect(markAnswer(scenario, { path: ['plate'] }).correct).toBe(false)
    expect(markAnswer(scenario, { path: ['plate', 'sit', 'sit'] }).correct).toBe(false)
  })

  test('an answer of another type is not correct and does not throw', () => {
    fc.assert(
      fc.property(each, answered, (question, { question: other, answer }) => {
        if (question.type !== other.type) expect(markAnswer(question, answer).of).toBeGreaterThan(0)
      }),
    )
    expect(markAnswer(byType('order'), { choice: 'one' }).correct).toBe(false)
    expect(markAnswer(byType('match'), { pairs: {} }).correct).toBe(false)
  })
})

describe('reading a form', () => {
  test('no form makes it throw', () => {
    const value = fc.oneof(fc.string(), fc.array(fc.string()), fc.anything())
    const names = fc.oneof(
      fc.constantFrom(
        'choice',
        'choices',
        'path',
        'again',
        'order.one',
        'pair.desk',
        'placed.bed',
        '__proto__',
      ),
      fc.string(),
    )
    fc.assert(
      fc.property(each, fc.dictionary(names, value), fc.string(), (question, form, seed) => {
        const answer = parseAnswer(question, form, seed)
        if (answer) expect(markAnswer(question, answer).of).toBeGreaterThan(0)
      }),
      { numRuns: 500 },
    )
  })

  test('returns the choices made on the page, for any seed', () => {
    fc.assert(
      fc.property(answered, fc.string(), ({ question, answer }, seed) => {
        expect(parseAnswer(question, formFor(question, answer, seed), seed)).toEqual(answer)
      }),
      { numRuns: 300 },
    )
  })

  test('maps opaque values back to choice ids', () => {
    const single = byType('single')
    const fields = answerFields(single, 'attempt 1')
    if (fields.kind !== 'choices' || single.type !== 'single') throw new Error('not choices')
    const read = fields.choices.map(({ value }) => parseAnswer(single, { choice: value }, 'attempt 1'))
    const texts = read.map(
      (answer) => single.choices.find(({ id }) => id === (answer as { choice: string }).choice)!.text.html,
    )
    expect(texts).toEqual(fields.choices.map(({ html }) => html))
    expect(parseAnswer(single, { choice: fields.choices[0]!.value }, 'attempt 2')).toBeNull()
  })

  test('returns null for an incomplete answer', () => {
    expect(parseAnswer(byType('single'), {})).toBeNull()
    expect(parseAnswer(byType('multiple'), { choices: ['nothing'] })).toBeNull()
    expect(parseAnswer(byType('true-false'), { choice: 'maybe' })).toBeNull()
    const order = answerFields(byType('order'), 's')
    if (order.kind !== 'order') throw new Error('not an order')
    const [first, second, third] = order.items.map(({ name }) => name) as [string, string, string]
    expect(parseAnswer(byType('order'), { [first]: '1', [second]: '1', [third]: '2' }, 's')).toBeNull()
    expect(parseAnswer(byType('order'), { [first]: '1', [second]: '2' }, 's')).toBeNull()
    expect(parseAnswer(byType('order'), { [first]: '1', [second]: '2', [third]: '3' }, 's')).not.toBeNull()
  })

  test('adds the new choice to a scenario’s path', () => {
    const scenario = byType('scenario')
    const read = (form: Parameters<typeof shownForm>[2]) =>
      parseAnswer(scenario, shownForm(scenario, 's', form), 's')
    expect(read({ choice: 'plate' })).toEqual({ path: ['plate'] })
    expect(read({ path: 'plate', choice: 'sit' })).toEqual({ path: ['plate', 'sit'] })
    expect(read({ path: ['plate', 'sit'], choice: 'sit' })).toEqual({ path: ['plate', 'sit'] })
    expect(read({ path: 'nowhere', choice: 'sit' })).toBeNull()
  })

  test('the author’s own ids are no answers, because they can be read in the course files', () => {
    fc.assert(
      fc.property(answered, fc.string(), ({ question, answer }, seed) => {
        if (question.type !== 'true-false' && ('choice' in answer || 'choices' in answer || 'path' in answer))
          expect(parseAnswer(question, answer, seed)).toBeNull()
      }),
      { numRuns: 200 },
    )
  })
})

describe('the score', () => {
  test('is a whole percent, rounded down, so that no one passes by rounding', () => {
    expect(scoreOf(7, 8)).toBe(87)
    expect(scoreOf(6, 8)).toBe(75)
    expect(scoreOf(0, 0)).toBe(0)
    expect(scoreOf(7.99, 10)).toBe(79)
    // Thirds add up: 1/3 six times and six whole ones are eight.
    expect(scoreOf(1 / 3 + 1 / 3 + 1 / 3 + 1 / 3 + 1 / 3 + 1 / 3 + 6, 10)).toBe(80)
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.integer({ min: 50, max: 100 }), (right, more, mark) => {
        const of = right + more
        if (of > 0) expect(passed(scoreOf(right, of), mark)).toBe(right * 100 >= mark * of)
      }),
    )
  })
})

test('a question page doesn’t reveal its key through values or order', () => {
  const authors = [
    'plate',
    'tea',
    'tour',
    'story',
    'one',
    'two',
    'three',
    'desk',
    'cook',
    'bed',
    'now',
    'later',
  ]
  for (const question of questions) {
    const fields = JSON.stringify(answerFields(question, 'a seed'))
    for (const id of authors) expect(fields).not.toContain(`"${id}"`)
    expect(fields).not.toMatch(/"correct|"best|"why/)
  }
  const single = byType('single')
  const orders = new Set(
    Array.from({ length: 40 }, (_, at) => {
      const fields = answerFields(single, `seed ${at}`)
      return fields.kind === 'choices' ? fields.choices.map(({ html }) => html).join() : ''
    }),
  )
  expect(orders.size).toBe(6)
  for (let at = 0; at < 40; at++) {
    const fields = answerFields(byType('order'), `seed ${at}`)
    const shown = fields.kind === 'order' ? fields.items.map(({ html }) => html) : []
    expect(shown).not.toEqual(['Say your name', 'Offer tea', 'Show the room'])
  }
})
