import { sentValues, shownId } from '#server/courses/catalogue/answer-fields.ts'
import type { Exercise } from '#server/courses/catalogue/question-types.ts'
import { walk } from '#server/courses/catalogue/scenarios.ts'

type Form = Readonly<Record<string, string | readonly string[]>>

/** A form in the author's ids, with the values that the page shows in their place. Unknown ids stay. */
export function shownForm(exercise: Exercise, seed: string, form: Form): Record<string, string | string[]> {
  const sent = Object.fromEntries(
    Object.entries(form).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
  if (exercise.type === 'single' && typeof form.choice === 'string')
    return { ...sent, choice: shownId(seed, 'choice', form.choice) }
  if (exercise.type === 'multiple' && form.choices)
    return { ...sent, choices: sentValues(form.choices).map((id) => shownId(seed, 'choice', id)) }
  if (exercise.type !== 'scenario') return sent
  const ids = [...sentValues(form.path), ...sentValues(form.choice)]
  const values = ids.map((id, at) => {
    const walked = walk(exercise, ids.slice(0, at))
    return walked.at.kind === 'step' ? shownId(seed, `step ${walked.at.step.id}`, id) : id
  })
  const path = values.slice(0, sentValues(form.path).length)
  return {
    ...sent,
    ...(form.path && { path: typeof form.path === 'string' ? path[0]! : path }),
    ...(form.choice && { choice: values.at(-1)! }),
  }
}
