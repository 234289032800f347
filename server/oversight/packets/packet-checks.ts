import { dayOf, formatDay, formatTime } from '#server/lib/days.ts'
import type { CheckedPersonLine } from '#server/oversight/shifts/shifts.queries.ts'
import type { FlowingDocument } from '#server/paper/flowing-document.ts'
import type { PacketContent, PacketPerson } from './packet-content.ts'

/** So many check-ins are listed on paper. The table in the packet has every one. */
const mostListed = 20

const answerWords = { yes: 'cleared', no: 'not cleared', unknown: 'not known' } as const

/** A person's check-ins in a sentence: how many, and each one that didn't say "cleared." */
export function checksSentence({ checks }: Pick<PacketPerson, 'checks'>): string | null {
  if (checks.length === 0) return null
  const others = checks.filter(({ answer }) => answer !== 'yes')
  const first = formatDay(dayOf(checks[0]!.checked_at))
  const last = formatDay(dayOf(checks.at(-1)!.checked_at))
  const when = first === last ? `on ${first}` : `from ${first} to ${last}`
  const many = checks.length === 1 ? '1 shift check-in' : `${checks.length} shift check-ins`
  if (others.length === 0) return `${many} ${when}: cleared${checks.length === 1 ? '' : ' each time'}.`
  const named = others
    .slice(0, 5)
    .map(({ answer, checked_at }) => `${answerWords[answer]} on ${formatDay(dayOf(checked_at))}`)
  const more = others.length > named.length ? `; ${others.length - named.length} more in the table` : ''
  return `${many} ${when}: cleared ${checks.length - others.length} times; ${named.join('; ')}${more}.`
}

type Check = Readonly<{ at: Date; label: string; by: string; people: readonly (CheckedPersonLine & Named)[] }>
type Named = Readonly<{ name: string }>

/** The check-ins of a program that uses them: who was checked, when and by whom, with what answer. */
export function drawChecks(doc: FlowingDocument, { people, head }: PacketContent): void {
  const checks = checksOf(people)
  if (checks.length === 0) return
  doc.need(200)
  doc.heading(2, 'Shift check-ins', 'top')
  doc.section('Shift check-ins')
  const shown = checks.slice(0, mostListed)
  const rest = checks.length - shown.length
  doc.paragraph(
    `Who was on a list before a shift, and what this system answered then: ${checks.length === 1 ? '1 check-in' : `${checks.length} check-ins`} from ${formatDay(head.from_on)} to ${formatDay(head.to_on)}. It covers this training only. The table shift-check-ins.csv has every answer with its reason.${rest > 0 ? ` Listed here: those with someone not cleared first, then the latest; ${rest} more are in the table.` : ''}`,
  )
  doc.table(
    'Shift check-ins',
    [
      { heading: 'Checked', width: 24 },
      { heading: 'Shift and by whom', width: 32 },
      { heading: 'Cleared', width: 9 },
      { heading: 'Not cleared or not known', width: 60 },
    ],
    shown.map(({ at, label, by, people: on }) => [
      `${formatDay(dayOf(at))}, ${formatTime(at)}`,
      [label, by].filter(Boolean).join(', '),
      String(on.filter(({ answer }) => answer === 'yes').length),
      namesOf(on.filter(({ answer }) => answer !== 'yes')),
    ]),
  )
}

const namesOf = (people: Check['people']): string =>
  people.map(({ name, answer }) => (answer === 'unknown' ? `${name} (not known)` : name)).join(', ') ||
  'No one'

/** One for each check-in: those that need a look first, then the latest. */
function checksOf(people: readonly PacketPerson[]): readonly Check[] {
  const lines = people.flatMap(({ name, checks }) => checks.map((one) => ({ ...one, name })))
  const groups = Map.groupBy(lines, ({ checked_at, label, checked_by }) =>
    [checked_at.toISOString(), label, checked_by].join(' '),
  )
  const needsLook = ({ people: on }: Check) => Number(on.some(({ answer }) => answer !== 'yes'))
  return [...groups.values()]
    .map((on) => ({ at: on[0]!.checked_at, label: on[0]!.label, by: on[0]!.checked_by, people: on }))
    .toSorted((a, b) => needsLook(b) - needsLook(a) || b.at.getTime() - a.at.getTime())
}
