import type { Page } from 'playwright-core'
import type { CourseVersion, Lesson, Module } from '#server/courses/catalogue/catalogue.ts'
import { exerciseSeed } from '#server/courses/catalogue/exercise-view.ts'
import type { Exercise, ExerciseType } from '#server/courses/catalogue/question-types.ts'
import { bestPath } from '#server/courses/catalogue/scenarios.ts'
import { findAttemptOf } from '#server/learning/progress/queries.ts'
import type { Served } from '#test/support/browser.ts'
import { personId } from '#test/support/cast.ts'
import { fieldsOf, formFor, stepFieldsOf } from '#test/support/taking.ts'
import type { Look } from './looking.ts'

export type Walk = Readonly<{ world: Served; email: string; course: CourseVersion; look: Look }>

/** Begins the course from the learner's home. */
export async function beginCourse({ course, look }: Walk, page: Page): Promise<void> {
  await page.goto('/')
  await look('home before the course', page)
  await page.getByRole('main').getByRole('link', { name: course.shortTitle }).click()
  await look('course not begun', page)
  await page.getByRole('button', { name: 'Begin' }).click()
}

/** Reads from the open lesson to the one named, or to the module's end, and tries each exercise type once. */
export async function readOn(
  walk: Walk,
  page: Page,
  module: Module,
  tried: Set<ExerciseType>,
  until?: Lesson,
): Promise<void> {
  for (;;) {
    const slug = new URL(page.url()).pathname.split('/').at(-1)
    const lesson = module.lessons.find((one) => one.slug === slug)
    if (!lesson || lesson === until) return
    await readLesson(walk, page, module, lesson, tried)
  }
}

async function readLesson(walk: Walk, page: Page, module: Module, lesson: Lesson, tried: Set<ExerciseType>) {
  const { course, look } = walk
  await page.getByRole('heading', { level: 1, name: lesson.title }).waitFor()
  const bar = page.locator('.lesson-bar')
  await bar.getByText(`Module ${module.number} of ${course.modules.length}`).waitFor()
  await bar.getByText(`Lesson ${lesson.number} of ${module.lessons.length}`).waitFor()
  if (lesson.contentNote && lesson.contentNoteLevel === 'stop') {
    await page.getByText(lesson.contentNote).waitFor()
    await look('content note', page)
    await page.getByRole('link', { name: 'Continue', exact: true }).click()
  }
  await page.getByText(lesson.purpose, { exact: true }).waitFor({ state: 'attached' })
  await look(`lesson ${lesson.slug}`, page)
  for (const exercise of lesson.exercises.values()) {
    if (tried.has(exercise.type)) continue
    tried.add(exercise.type)
    await tryExercise(walk, page, module, lesson, exercise)
  }
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await page.waitForURL((url) => !url.pathname.includes(`/${lesson.slug}`))
}

/** Answers a lesson's exercise, step by step, up to its feedback. */
async function tryExercise(
  { course, look }: Walk,
  page: Page,
  module: Module,
  lesson: Lesson,
  exercise: Exercise,
) {
  const seed = exerciseSeed({ course: course.slug, module: module.slug, lesson: lesson.slug }, exercise)
  const form = page.locator(`#exercise-${exercise.id}`)
  const forms: Record<string, string | string[]>[] =
    exercise.type === 'scenario'
      ? bestPath(exercise).map((_, at, path) => stepFieldsOf(exercise, path.slice(0, at), seed, true))
      : [fieldsOf(exercise, seed, true)]
  for (const [at, fields] of forms.entries()) {
    await fill(page, fields, `#exercise-${exercise.id} `)
    await form.locator('button:not([type=button])').click()
    // The next step of a scenario shows what was chosen on the way to it.
    if (at < forms.length - 1) await form.getByText('You chose').nth(at).waitFor()
  }
  await form.locator('.exercise-feedback-title').waitFor()
  await look(`exercise answered: ${exercise.type}`, page)
}

/** Answers an assessment's questions on the page, from the current one to the end or to the given number. */
export async function answerOn(
  walk: Walk,
  page: Page,
  module: Module,
  isRight: boolean,
  many = Infinity,
): Promise<void> {
  const { db } = walk.world
  const id = await personId(db, walk.email)
  const attemptId = new URL(page.url()).pathname.split('/').at(-1)!
  for (let answered = 0; answered < many; answered++) {
    const attempt = await findAttemptOf(db, id, attemptId)
    if (!attempt || attempt.result) return
    const { position, step, ...fields } = formFor(module, attempt, isRight)
    const at = `input[name=position][value="${position}"] + input[name=step][value="${step}"]`
    await page.locator(at).waitFor({ state: 'attached' })
    await walk.look(
      `question: ${module.questions.get(attempt.drawn[Number(position)]!.question)!.type}`,
      page,
    )
    await fill(page, fields)
    await page.getByRole('button', { name: 'Continue', exact: true }).click()
    await page.locator(at).waitFor({ state: 'detached' })
  }
}

/** Fills in the form on the page: clicks labels and selects options. */
async function fill(page: Page, form: Record<string, string | string[]>, within = ''): Promise<void> {
  for (const [name, values] of Object.entries(form)) {
    const list = page.locator(`${within}select[name="${name}"]`)
    if (await list.count()) {
      await list.selectOption(values)
      continue
    }
    for (const value of [values].flat()) {
      const field = page.locator(`${within}input[name="${name}"][value="${value}"]`)
      await page.locator(`${within}label[for="${await field.getAttribute('id')}"]`).click()
    }
  }
}
