import { resolve } from 'node:path'
import { Eta } from 'eta'
import { describe, expect, test } from 'vitest'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { answerFields } from '#server/courses/catalogue/answer-fields.ts'
import { exerciseSeed } from '#server/courses/catalogue/exercise-view.ts'
import { exerciseFeedback } from '#server/learning/questions/feedback.ts'
import { fixtureDir } from '#test/courses/fixture.ts'
import { shownForm } from './shown-form.ts'

const { catalogue } = loadCourses(fixtureDir)
const { exercises } = catalogue.courses.get('welcome')!.working!.modules[0]!.lessons[1]!
const place = { course: 'welcome', module: 'first-day', lesson: 'practice' }
const eta = new Eta({ views: resolve(import.meta.dirname, '../../views') })

const answer = (id: string, form: Parameters<typeof shownForm>[2]) => {
  const exercise = exercises.get(id)!
  return exerciseFeedback(exercise, shownForm(exercise, exerciseSeed(place, exercise), form), place)
}
const shown = (id: string, form: Parameters<typeof shownForm>[2]) =>
  eta.render('learning/_exercise-feedback', { feedback: answer(id, form) }).replace(/\s+/g, ' ')
const reviewed = (id: string, form: Parameters<typeof shownForm>[2]) => {
  const feedback = answer(id, form)
  if (feedback.kind !== 'feedback') throw new Error('no feedback')
  return feedback.review
}
/** The names of the page’s fields, by their labels. */
function field(id: string, words: string): string {
  const fields = answerFields(exercises.get(id)!, exerciseSeed(place, exercises.get(id)!))
  if (fields.kind === 'choices') throw new Error('choices')
  return fields.items.find(({ html }) => html === words)!.name
}

describe('feedback on an exercise', () => {
  test('says why a choice fits', () => {
    expect(reviewed('name-first', { choice: 'name' })).toMatchObject({ fits: true, title: 'That fits' })
    const html = shown('name-first', { choice: 'name' })
    expect(html).toContain('exercise-feedback-good')
    expect(html).toContain('Your name and a warm room ask nothing of Lin.')
    expect(html).not.toContain('A safer choice')
  })

  test('explains the chosen and the safer choice, and never says “wrong”', () => {
    const html = shown('name-first', { choice: 'form' })
    expect(html).toContain('There is a safer choice')
    expect(html).toContain('A form before a name makes Lin a case.')
    expect(html).toContain('<p class="answer-label">A safer choice</p>')
    expect(html).toContain('Your name and a warm room ask nothing of Lin.')
    expect(html).not.toContain('Lin decides what to tell')
    expect(html.toLowerCase()).not.toMatch(/wrong|incorrect|error|✗|❌/)
  })

  test('names missing choices', () => {
    const { title, lines } = reviewed('what-helps', { choices: ['tea', 'quiz'] })
    expect(title).toBe('Part of it fits')
    expect(lines.map(({ parts }) => `${parts[0]!.label}: ${parts[0]!.text}`)).toEqual([
      'You chose this, and it fits: Tea',
      'This fits, too: A short tour',
      'You chose: A quiz on the rules',
    ])
  })

  test('explains both true and false', () => {
    const { title, lines } = reviewed('desk-open', { choice: 'true' })
    expect(title).toBe('Another answer fits better')
    expect(lines[0]!.parts.map(({ label, text }) => `${label}: ${text}`)).toEqual([
      'You chose: True',
      'This fits better: False',
    ])
  })

  test('shows each item’s right place and the place it was given', () => {
    const form = {
      [field('in-order', 'Say your name')]: '2',
      [field('in-order', 'Offer tea')]: '1',
      [field('in-order', 'Show the room')]: '3',
    }
    expect(reviewed('in-order', form).lines.map(({ parts }) => parts[0]!.label)).toEqual([
      'Place 1; you put it at 2',
      'Place 2; you put it at 1',
      'Place 3, as you put it',
    ])
  })

  test('keeps what was chosen when something is missing, and asks for it', () => {
    const first = field('now-or-later', 'A bed')
    const feedback = answer('now-or-later', { [first]: 'v0' })
    expect(feedback).toMatchObject({
      kind: 'exercise',
      exercise: { ask: { message: '2 lines still need a place. What you chose is kept.' }, fresh: true },
    })
    const whole = answerFields(
      exercises.get('now-or-later')!,
      exerciseSeed(place, exercises.get('now-or-later')!),
    )
    const value = whole.kind === 'sort' ? whole.options[0]!.value : ''
    const html = shown('now-or-later', { [first]: value })
    expect(html).toContain(`<option value="${value}" selected>`)
    expect(html).toContain('2 lines still need a place. What you chose is kept.')
    expect(shown('name-first', {})).toContain('Choose an answer.')
  })

  test('can be tried again from the beginning', () => {
    expect(shown('name-first', { choice: 'form' })).toContain(
      'name="again" value="yes">Try it again</button>',
    )
    expect(answer('name-first', { again: 'yes' })).toMatchObject({
      kind: 'exercise',
      exercise: { id: 'exercise-name-first', ask: undefined },
    })
  })
})

describe('a scenario', () => {
  test('continues with the result of a choice, and keeps the path in the form', () => {
    const feedback = answer('the-evening', { choice: 'plate' })
    if (feedback.kind !== 'exercise') throw new Error('it is over')
    expect(feedback.exercise.taken).toEqual([
      expect.objectContaining({
        choice: 'Bring the plate that was kept warm',
        why: '<p>Food asks nothing.</p>',
        fits: true,
      }),
    ])
    expect(feedback.exercise.story).toContain('Lin eats and looks up.')
    expect(feedback.exercise.question).toBe('What do you do?')
    const html = shown('the-evening', { choice: 'plate' })
    expect(html).toMatch(/name="path" value="v[0-9a-f]{10}"/)
    expect(answer('the-evening', { path: 'plate', choice: 'sit' }).kind).toBe('feedback')
  })

  test('ends with the whole path, the reasons, and what would have been safer', () => {
    const review = reviewed('the-evening', { path: 'ask', choice: 'wait' })
    expect(review.title).toBe('Part of it fits')
    expect(review.lines.map(({ parts }) => parts.map(({ label }) => label))).toEqual([
      ['You chose', 'A safer choice'],
      ['You chose this, and it fits'],
    ])
    expect(review.ending).toBeUndefined()
    expect(reviewed('the-evening', { path: 'plate', choice: 'sit' }).ending).toBe(
      '<p>Lin sleeps through the night.</p>',
    )
  })

  test('stays at the same step if nothing is chosen', () => {
    expect(answer('the-evening', { path: 'plate' })).toMatchObject({
      kind: 'exercise',
      exercise: { ask: { message: 'Choose an answer.' }, taken: [{ fits: true }] },
    })
  })
})
