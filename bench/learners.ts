import { randomBytes, randomUUID } from 'node:crypto'
import type { CourseVersion, Module } from '#server/courses/catalogue/catalogue.ts'
import { bestPath } from '#server/courses/catalogue/scenarios.ts'
import type { Database } from '#server/db/connection.ts'
import { drawQuestions } from '#server/learning/questions/drawing.ts'
import { createSessions } from '#server/people/sessions.ts'
import { fieldsOf, stepFieldsOf } from '#test/support/taking.ts'

/** A signed-in learner who has read a module and is about to answer its questions. */
export type Learner = Readonly<{
  cookie: string
  /** The address that answers are posted to. */
  address: string
  /** Every answer of the attempt in order, each as a browser sends it. */
  answers: readonly string[]
}>

/** Creates learners, each with an open attempt at the module's assessment. */
export async function makeLearners(
  db: Database,
  course: CourseVersion,
  module: Module,
  many: number,
): Promise<readonly Learner[]> {
  const people = await db
    .insertInto('people')
    .values(numbered(many, (n) => ({ name: `Learner ${n}`, email: `learner-${randomUUID()}@bench.example` })))
    .returning('id')
    .execute()
  const enrollments = await db
    .insertInto('enrollments')
    .values(
      people.map(({ id }) => ({
        person_id: id,
        course: course.slug,
        version: course.version,
        content_hash: course.hash,
      })),
    )
    .returning('id')
    .execute()
  for (const lesson of module.lessons)
    await db
      .insertInto('lesson_marks')
      .values(
        enrollments.map(({ id }) => ({
          enrollment_id: id,
          module: module.slug,
          lesson: lesson.slug,
          mark: 'finished',
        })),
      )
      .execute()
  const draws = numbered(many, () => draw(module))
  const attempts = await db
    .insertInto('attempts')
    .values(
      enrollments.map(({ id }, n) => ({
        enrollment_id: id,
        module: module.slug,
        drawn: JSON.stringify(draws[n]),
        pass_mark: module.passMark,
      })),
    )
    .returning('id')
    .execute()
  const sessions = createSessions(db, { idleMinutes: 60, hours: 12 })
  const tokens = await Promise.all(people.map(({ id }) => sessions.create(id)))
  return attempts.map(({ id }, n) => ({
    cookie: `sid=${tokens[n]}`,
    address: `/attempts/${id}/answers`,
    answers: draws[n]!.flatMap(({ question, seed }, position) =>
      formsFor(module, question, seed).map((fields, step) => encoded({ position, step, ...fields })),
    ),
  }))
}

const draw = (module: Module) =>
  drawQuestions([...module.questions.values()], module.draw, [], Math.random, () =>
    randomBytes(12).toString('hex'),
  )

/** The correct answers to a question: one, or one per step of a scenario. */
function formsFor(module: Module, id: string, seed: string): Record<string, string | string[]>[] {
  const question = module.questions.get(id)!
  if (question.type !== 'scenario') return [fieldsOf(question, seed, true)]
  const path = bestPath(question)
  return path.map((_, step) => stepFieldsOf(question, path.slice(0, step), seed, true))
}

function encoded(fields: Record<string, string | number | string[]>): string {
  const body = new URLSearchParams()
  for (const [name, values] of Object.entries(fields))
    for (const value of [values].flat()) body.append(name, String(value))
  return body.toString()
}

const numbered = <T>(many: number, make: (n: number) => T): T[] =>
  Array.from({ length: many }, (_, n) => make(n))
