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

/** Reads the form for an outside training. Returns the entry, or an error for each field. */
export function readOutsideForm(
  typed: Readonly<Record<string, string>>,
  today: Day,
): Readonly<{ entry: OutsideEntry; errors: readonly [] } | { entry: null; errors: readonly FieldError[] }> {
  const errors: FieldError[] = []
  const say = (field: string, message: string) => errors.push({ field, message })
  const text = (field: string, most: number) => {
    const value = (typed[field] ?? '').trim()
    if (value.length > most) say(field, `Use ${most} characters or fewer. This has ${value.length}.`)
    return value
  }
  const title = text('title', 200)
  if (!title) say('title', 'Enter the title as it appears on the certificate.')
  const provider = text('provider', 200)
  if (!provider) say('provider', 'Enter who provided the training.')
  const completed_on = parseDay(typed.completed_on ?? '')
  if (!completed_on) say('completed_on', 'Enter the day you finished it, like 3/15/2026.')
  else if (completed_on > today)
    say('completed_on', 'That day is in the future. Record a training after you finish it.')
  const hoursTyped = (typed.hours ?? '').trim()
  const hours = hoursTyped === '' ? null : Number(hoursTyped)
  if (hours !== null && !(hours > 0 && hours <= 1000))
    say('hours', 'Enter the hours as a number, like 6 or 1.5.')
  const code = text('code', 30)
  const topics = text('topics', 2000)
  const mastery = text('mastery', 500)
  const subject = typed.subject ?? ''
  if (subject !== 'yes' && subject !== 'no') say('subject', 'Choose whether it was about human trafficking.')
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
