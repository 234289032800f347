import type { Viewer } from '#server/people/roles.ts'
import type { Message } from '#server/web/views.ts'

/** What can be recorded at once for the rows that were checked, on Team and on the roster. */
export const changeTitles = {
  leave: 'Record leave',
  return: 'Record return from leave',
  contact: 'Record direct contact',
  'contact-end': 'End direct contact',
  unit: 'Change unit or shift',
  role: 'Change role title',
  separation: 'Record last day of work',
} as const

export type ChangeName = keyof typeof changeTitles

export const changeNames = Object.keys(changeTitles) as readonly ChangeName[]

const supervisorsMay: ReadonlySet<ChangeName> = new Set(['leave', 'return'])

/** The programs for whose people a viewer may record a change. Supervisors record leave and the return from it. */
export const programsFor = (
  change: ChangeName,
  viewer: Pick<Viewer, 'supervised_program_ids' | 'administered_program_ids'>,
): readonly string[] =>
  supervisorsMay.has(change) ? viewer.supervised_program_ids : viewer.administered_program_ids

/** A county has no direct contact on record. */
export const changesFor = (
  viewer: Pick<Viewer, 'supervised_program_ids' | 'administered_program_ids'>,
  hasLicensed: boolean,
): readonly Readonly<{ change: ChangeName; title: string }>[] =>
  changeNames
    .filter((change) => programsFor(change, viewer).length > 0)
    .filter((change) => hasLicensed || !change.startsWith('contact'))
    .map((change) => ({ change, title: changeTitles[change] }))

/** What became of a change, as the address of the page that it came from says it: "changed-3" or "none". */
export function changedWords(told: string | undefined): Message | null {
  if (told === 'none')
    return { kind: 'info', text: 'Nothing was done: check at least one person in the table.' }
  const [, many] = /^changed-(\d{1,5})$/.exec(told ?? '') ?? []
  return many
    ? { kind: 'success', text: `Recorded for ${many} ${many === '1' ? 'person' : 'people'}.` }
    : null
}
