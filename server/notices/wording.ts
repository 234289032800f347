import { type Day, formatDay } from '#server/lib/days.ts'

/** A notice in words. The email says no course, program or person: others may see it. The inbox says more. */
export type Wording = Readonly<{
  subject: string
  email: readonly string[]
  inbox: string
  action: Readonly<{ label: string; path: string }>
}>

export type Kind<Facts> = Readonly<{
  /** False where the law's clock or the account needs the email: then no one can turn it off. */
  isOptional: boolean | ((facts: Facts) => boolean)
  /** True where it can't wait for the morning. */
  isUrgent?: boolean
  words: (facts: Facts) => Wording
}>

export const people = (count: number) => (count === 1 ? '1 person' : `${count} people`)

export const monthDay = (on: Day) => formatDay(on).replace(/, \d{4}$/, '')
