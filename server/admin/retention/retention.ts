import { createHash } from 'node:crypto'
import { addYears, type Day, formatDay } from '#server/lib/days.ts'

/** Someone whose training record no longer has to be at hand. */
export type Past = Readonly<{ id: string; name: string; last_on: Day }>

/** License holders keep training records for five years after someone separates. */
export const leastYears = 5

export const pastBefore = (today: Day, years: number): Day => addYears(today, -years)

/** Names a list of people: what is removed is what was listed, or nothing. */
export const listCode = (people: readonly Past[]): string =>
  createHash('sha256')
    .update(people.map(({ id, last_on }) => `${id} ${last_on}\n`).join(''))
    .digest('hex')
    .slice(0, 12)

/** What a run without --remove prints. */
export function retentionList(people: readonly Past[], before: Day, years: number): string {
  if (people.length === 0)
    return `No one who left before ${formatDay(before)} (${years} years ago) is left to remove.`
  const code = listCode(people)
  return [
    `Left before ${formatDay(before)} (${years} years ago), with no role and no sign-in since:`,
    '',
    ...people.map(({ name, last_on, id }) => `  ${name}, last day ${formatDay(last_on)} (${id})`),
    '',
    'Would go: how they sign in, their email, messages to them, their notes, highlights, words, bookmarks, commitments and settings, and times',
    'of reading. Their accounts would be closed. Stays: names, certificates, completions, answers, outside trainings,',
    'rosters, reviews and the ledger. Nothing was changed. To remove it for everyone on this list:',
    '',
    `  npm run admin -- retention --years ${years} --remove ${code} --by EMAIL --confirmed-by EMAIL --reason "Why"`,
    '',
    'Both are system administrators, and two people.',
  ].join('\n')
}
