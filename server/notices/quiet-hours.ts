import { Temporal } from 'temporal-polyfill'
import { timeZone } from '#server/lib/days.ts'

const from = 20
const to = 7

/** When quiet hours end, 8 pm to 7 am in Minnesota; null outside them. */
export function quietUntil(now: Date): Date | null {
  const here = Temporal.Instant.from(now.toISOString()).toZonedDateTimeISO(timeZone)
  if (here.hour >= to && here.hour < from) return null
  const day = here.hour >= from ? here.add({ days: 1 }) : here
  const end = day.startOfDay().with({ hour: to })
  return new Date(end.epochMilliseconds)
}
