import { formatDay } from '#server/lib/days.ts'
import { openDate } from '#server/standings/reminders/open-date.ts'
import type { personPage } from './person-page.ts'

/** One person in a row of the team: why they stand as they do, and what comes next. */
export function personSummary({
  person,
  on,
  banners,
  clearances,
  requirements,
  ahead,
}: ReturnType<typeof personPage>) {
  const due = requirements.flatMap((one) => {
    const day = openDate(one)
    return day && day >= on ? [{ on: day, day: formatDay(day), sentence: `${one.title} is due` }] : []
  })
  return {
    person,
    banners,
    why: clearances.flatMap(({ name, because }) => {
      const sentence = because.at(-1)
      return sentence ? [{ name, sentence }] : []
    }),
    next: [...due, ...ahead].toSorted((a, b) => (a.on < b.on ? -1 : 1)).slice(0, most),
  }
}

const most = 5
