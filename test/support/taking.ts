import { shownId } from '#server/courses/catalogue/answer-fields.ts'
import type { CourseVersion, Module } from '#server/courses/catalogue/catalogue.ts'
import type { Question, ScenarioExercise } from '#server/courses/catalogue/question-types.ts'
import { walk } from '#server/courses/catalogue/scenarios.ts'
import type { Database } from '#server/db/connection.ts'
import { choicesOf, currentOf } from '#server/learning/attempt.ts'
import { type Attempt, findAttemptOf } from '#server/learning/progress/queries.ts'
import { type Answer, keyOf } from '#server/learning/questions/marking.ts'
import type { Client } from './app.ts'

/** The form that answers the question an attempt asks now: by the key, or otherwise. */
export function formFor(
  module: Module,
  attempt: Attempt,
  isRight: boolean,
): Record<string, string | string[]> {
  const current = currentOf(module, attempt)
  if (!current) throw new Error('The attempt asks nothing any more.')
  const { question, seed, position, step } = current
  const at = { position: String(position), step: String(step) }
  if (question.type === 'scenario') {
    const given = attempt.answers.filter((answer) => answer.position === position)
    return { ...at, ...stepFieldsOf(question, choicesOf(given), seed, isRight) }
  }
  return { ...at, ...fieldsOf(question, seed, isRight) }
}

/** The fields that answer the step of a scenario to which the choices made so far lead. */
export function stepFieldsOf(
  scenario: ScenarioExercise,
  path: readonly string[],
  seed: string,
  isRight: boolean,
): { choice: string } {
  const { at } = walk(scenario, path)
  if (at.kind !== 'step') throw new Error('The scenario is at its end.')
  const { choices, id } = at.step
  const choice = choices.find((one) => one.best === isRight) ?? choices[0]!
  return { choice: shownId(seed, `step ${id}`, choice.id) }
}

/** The fields that answer a question of one step: by the key, or otherwise. */
export function fieldsOf(
  question: Question,
  seed: string,
  isRight: boolean,
): Record<string, string | string[]> {
  const key: Answer = keyOf(question)
  switch (question.type) {
    case 'single': {
      const choice = question.choices.find((one) => one.correct === isRight)!
      return { choice: shownId(seed, 'choice', choice.id) }
    }
    case 'true-false':
      return { choice: String(question.answer === isRight) }
    case 'multiple':
      return {
        choices: question.choices
          .filter((one) => one.correct === isRight)
          .map((one) => shownId(seed, 'choice', one.id)),
      }
    case 'order': {
      const order = 'order' in key ? [...key.order] : []
      if (!isRight) order.reverse()
      return Object.fromEntries(
        order.map((id, place) => [`order.${shownId(seed, 'item', id)}`, String(place + 1)]),
      )
    }
    case 'match': {
      const ids = question.pairs.map(({ id }) => id)
      return Object.fromEntries(
        ids.map((id, n) => [
          `pair.${shownId(seed, 'left', id)}`,
          shownId(seed, 'right', isRight ? id : ids[(n + 1) % ids.length]!),
        ]),
      )
    }
    case 'sort': {
      const buckets = question.buckets.map(({ id }) => id)
      return Object.fromEntries(
        question.items.map(({ id, bucket }) => [
          `placed.${shownId(seed, 'item', id)}`,
          shownId(seed, 'bucket', isRight ? bucket : buckets.find((other) => other !== bucket)!),
        ]),
      )
    }
    case 'scenario':
      throw new Error('A scenario is answered step by step.')
  }
}

/** Reads every lesson of a module to its end, in as much time as it is planned for if there is a clock. */
export async function readModule(
  client: Client,
  course: CourseVersion,
  module: Module,
  clock?: { now: Date },
): Promise<void> {
  for (const lesson of module.lessons)
    await readLesson(client, `/courses/${course.slug}/${module.slug}/${lesson.slug}`, {}, () =>
      clock ? later(clock, lesson.minutes) : undefined,
    )
}

/** Opens a lesson and goes on from its end. Returns the answer to the second. */
export async function readLesson(
  client: Client,
  path: string,
  form: Record<string, string> = {},
  meanwhile: () => void = () => {},
) {
  const page = await client.get(`${path}?ready=yes`)
  meanwhile()
  return client.post(`${path}/finished`, { ...form, opened: openedIn(page.body) })
}

/** What the page of a lesson says of when it was sent. */
export const openedIn = (html: string): string => /name="opened" value="([^"]+)"/.exec(html)?.[1] ?? ''

export const later = (clock: { now: Date }, minutes: number): void => {
  clock.now = new Date(clock.now.getTime() + minutes * 60_000)
}

/** Takes a module's assessment to its end; returns the attempt's address. */
export async function takeAssessment(
  db: Database,
  client: Client,
  personId: string,
  course: CourseVersion,
  module: Module,
  isRight = true,
): Promise<string> {
  const address = await startAssessment(client, course, module)
  await finishAttempt(db, client, personId, address, module, isRight)
  return address
}

async function startAssessment(client: Client, course: CourseVersion, module: Module): Promise<string> {
  const started = await client.post(`/courses/${course.slug}/${module.slug}/assessment`)
  return String(started.headers.location)
}

/** Answers what an open attempt still asks. */
export async function finishAttempt(
  db: Database,
  client: Client,
  personId: string,
  address: string,
  module: Module,
  isRight = true,
): Promise<void> {
  const id = address.split('/').at(-1)!
  for (let asked = 0; asked < 60; asked++) {
    const attempt = await findAttemptOf(db, personId, id)
    if (!attempt || attempt.result) break
    await client.post(`${address}/answers`, formFor(module, attempt, isRight))
  }
}

/** Takes the whole course, right at the first try: in its planned time if there is a clock, else in no time. */
export async function takeCourse(
  db: Database,
  client: Client,
  personId: string,
  course: CourseVersion,
  clock?: { now: Date },
): Promise<void> {
  await client.post(`/courses/${course.slug}/enrollment`)
  for (const module of course.modules) {
    await readModule(client, course, module, clock)
    if (module.draw === 0) continue
    const attempt = await startAssessment(client, course, module)
    if (clock) later(clock, module.assessmentMinutes)
    await finishAttempt(db, client, personId, attempt, module)
  }
}
