import type { Day } from '#server/lib/days.ts'
import type { Reader } from '#server/programs/typed-form.ts'
import type { UploadedFile } from '#server/web/upload.ts'
import type { ProgramRequirement } from './program-requirement.ts'
import { readHours } from './requirement-form.ts'

/** What someone took, in the same fields whether they submit it or someone records it for them. */
export type TrainingEntry = Readonly<{ completed_on: Day; hours: number | null; provider: string }>

export type TypedEntry = Readonly<{
  completed_on?: string | undefined
  hours?: string | undefined
  provider?: string | undefined
}>

/** Reads them with what the requirement asks as evidence. Null where the form has problems. */
export function readEntry(
  { needs_file, least_hours }: Pick<ProgramRequirement, 'needs_file' | 'least_hours'>,
  form: Reader,
  typed: TypedEntry,
  file: UploadedFile | null,
  today: Day,
): TrainingEntry | null {
  const completed_on = form.day('completed_on', 'Enter the day it was completed.')
  if (completed_on && completed_on > today)
    form.refuse('completed_on', 'That day is in the future. Record a training after it was completed.')
  const hours = readHours(form, typed.hours, 'hours')
  const least = least_hours === 1 ? '1 hour' : `${least_hours} hours`
  const isRead = !form.problems.some(({ field }) => field === 'hours')
  if (least_hours !== null && isRead && (hours ?? 0) < least_hours)
    form.refuse('hours', `This training takes at least ${least}.`)
  const provider = form.line('provider')
  if (needs_file && !file)
    form.refuse('file', 'Attach the certificate or sign-in sheet. This requirement asks for one.')
  return form.problems.length > 0 || !completed_on ? null : { completed_on, hours, provider }
}
