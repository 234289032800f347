import type { FactRegister } from '#server/courses/catalogue/course-parts.ts'
import { addDays, type Day } from '#server/lib/days.ts'

/** A fact or value is checked again after half a year. */
export const daysOfAFact = 180

type FactCheck = Readonly<{ key: string; about: string; checked: Day; dueOn: Day }>

/** Every fact and value of the register by the day on which it is due to be checked again, earliest first. */
export function factChecks({ facts, values }: FactRegister, today: Day) {
  const all = [
    ...[...values.values()].map(({ name, about, checked }) => ({ key: name, about, checked })),
    ...[...facts.values()].map(({ key, about, checked }) => ({ key, about, checked })),
  ].map((one): FactCheck => ({ ...one, dueOn: addDays(one.checked, daysOfAFact) }))
  return [...Map.groupBy(all, ({ dueOn }) => dueOn)]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([dueOn, checks]) => ({ dueOn, isDue: dueOn <= today, checks }))
}

export const countDue = (register: FactRegister, today: Day): number =>
  factChecks(register, today)
    .filter(({ isDue }) => isDue)
    .reduce((sum, { checks }) => sum + checks.length, 0)
