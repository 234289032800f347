import { type Day, formatDay } from '#server/lib/days.ts'
import { lateEntryDays, type PacketPerson } from './packet-content.ts'

/** Something that a reviewer looks at first. */
export type Matter = Readonly<{ what: string; name: string; words: string }>

/** With conflicting records, neither a gap nor the absence of one can be established. */
export const hasConflict = ({ requirements }: Pick<PacketPerson, 'requirements'>) =>
  requirements.some(({ rule }) => rule === 'R17')

/** What matters in a packet, the gravest first: open gaps, conflicts, ended gaps, fast completions, late entries. */
export function mattersOf(people: readonly PacketPerson[]): readonly Matter[] {
  const of = (what: string, find: (person: PacketPerson) => readonly string[]) =>
    people.flatMap((person) => find(person).map((words) => ({ what, name: person.name, words })))
  const gaps = (isOpen: boolean) => (person: PacketPerson) =>
    person.gaps.filter(({ open }) => open === isOpen).map(({ words }) => words)
  return [
    ...of('Open gap', gaps(true)),
    ...of('Records conflict', (person) =>
      hasConflict(person) ? ['Whether there is a gap is not known until the program corrects them'] : [],
    ),
    ...of('Ended gap', gaps(false)),
    ...of('Fast completion', ({ fast }) => fast.map(fastWords)),
    ...lateEntries(people),
  ]
}

/** Late entries in one line: each is listed with its person. */
function lateEntries(people: readonly PacketPerson[]): readonly Matter[] {
  const late = people.filter((person) => person.late.length > 0)
  if (late.length === 0) return []
  const entries = late.reduce((sum, person) => sum + person.late.length, 0)
  return [
    {
      what: 'Late entries',
      name: late.length === 1 ? (late[0]?.name ?? '') : `${late.length} people`,
      words: `${entries === 1 ? '1 entry was' : `${entries} entries were`} made more than ${lateEntryDays} days late; see each person`,
    },
  ]
}

const fastWords = (completed_on: Day) =>
  `Completed ${formatDay(completed_on)} in less recorded time than the course takes`
