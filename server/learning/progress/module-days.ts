import { type Day, dayOf } from '#server/lib/days.ts'

type Module = Readonly<{ slug: string; number: number; title: string }>

/** Each module of a finished course with the day it was passed. Throws if a module has no pass. */
export function moduleDays(
  modules: readonly Module[],
  passedAt: ReadonlyMap<string, Date>,
): readonly Readonly<{ number: number; title: string; completed_on: Day }>[] {
  return modules.map(({ slug, number, title }) => {
    const at = passedAt.get(slug)
    if (!at) throw new Error(`module ${number} (${slug}) has no pass, so the course is not finished`)
    return { number, title, completed_on: dayOf(at) }
  })
}
