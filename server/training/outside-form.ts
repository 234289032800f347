import { type Day, parseDay } from '#server/lib/days.ts'
import type { FieldError } from '#server/web/views.ts'

export type OutsideEntry = Readonly<{
  title: string
  provider: string
  code: string | null
  completed_on: Day
  hours: number | null
  topics: string
  mastery: string
  is_human_trafficking: boolean
  is_same_curriculum: boolean
}>

/** What somebody typed about a training taken elsewhere: the entry, or what to mend, field by field. */
export function readOutsideForm(
  typed: Readonly<Record<string, string>>,
  today: Day,
): Readonly<{ entry: OutsideEntry; errors: readonly [] } | { entry: null; errors: readonly FieldError[] }> {
  const errors: FieldError[] = []
  const say = (field: string, message: string) => errors.push({ field, message })
  const text = (field: string, most: number) => {
    const value = (typed[field] ?? '').trim()
    if (value.length > most) say(field, `Use at most ${most} characters here; this has ${value.length}.`)
    return value
  }
  const title = text('title', 200)
  if (!title) say('title', 'Write the training’s title, as it stands on its certificate.')
  const provider = text('provider', 200)
  if (!provider) say('provider', 'Write who gave the training.')
  const completed_on = parseDay(typed.completed_on ?? '')
  if (!completed_on) say('completed_on', 'Write the day it was finished, such as 3/15/2026.')
  else if (completed_on > today)
    say('completed_on', 'That day has not come yet. Record a training when it is finished.')
  const hoursTyped = (typed.hours ?? '').trim()
  const hours = hoursTyped === '' ? null : Number(hoursTyped)
  if (hours !== null && !(hours > 0 && hours <= 1000))
    say('hours', 'Write the hours as a number, such as 6 or 1.5.')
  const code = text('code', 30)
  const topics = text('topics', 2000)
  const mastery = text('mastery', 500)
  const subject = typed.subject ?? ''
  if (subject !== 'yes' && subject !== 'no') say('subject', 'Say whether it was about human trafficking.')
  if (errors.length > 0 || !completed_on) return { entry: null, errors }
  return {
    errors: [],
    entry: {
      title,
      provider,
      code: code || null,
      completed_on,
      hours,
      topics,
      mastery,
      is_human_trafficking: subject === 'yes',
      is_same_curriculum: typed.same_curriculum === 'yes',
    },
  }
}
