import { dayOf, formatDay, formatTime } from '#server/lib/days.ts'
import type { FlowingDocument } from '#server/paper/flowing-document.ts'
import type { PacketContent, PacketPerson } from './packet-content.ts'
import { inNumbers } from './packet-dates.ts'

type Checks = Pick<PacketPerson, 'checks'>

/** So many answers other than "cleared" are printed. The packet's table has every answer. */
const mostPrinted = 40

const answerWords = { yes: 'Cleared', no: 'Not cleared', unknown: 'Not known' } as const

export const hasChecks = (people: readonly Checks[]): boolean =>
  people.some(({ checks }) => checks.length > 0)

/** A person's cell on the roster: how many check-ins, and how many of them didn't answer "cleared." */
export function checksCell({ checks }: Checks): string {
  if (checks.length === 0) return 'None'
  const others = checks.filter(({ answer }) => answer !== 'yes').length
  return others === 0 ? `${checks.length}, cleared` : `${checks.length}, ${others} not cleared`
}

/**
 * Shift check-ins of the period. How many a person had is on the roster, so that a year of nights takes no pages of its
 * own; here are who checked, and each answer that wasn't "cleared," the latest first.
 */
export function drawChecks(doc: FlowingDocument, { people, head }: PacketContent): void {
  if (!hasChecks(people)) return
  const answers = people.flatMap(({ name, checks }) => checks.map((check) => ({ ...check, name })))
  const others = answers
    .filter(({ answer }) => answer !== 'yes')
    .toSorted((a, b) => b.checked_at.getTime() - a.checked_at.getTime())
  doc.need(100)
  doc.heading(2, 'Shift check-ins', 'top')
  doc.section('Shift check-ins')
  doc.paragraph(
    `Before a shift, a shift lead asks this system who on the list is cleared, and the answer is kept: ${checkInsWords(answers)} from ${formatDay(head.from_on)} to ${formatDay(head.to_on)}. ${exceptionsWords(others.length)} The roster above counts each person’s check-ins, and shift-check-ins.csv lists every answer.`,
  )
  if (others.length === 0) return
  doc.table(
    'Answers of shift check-ins other than cleared',
    [
      { heading: 'Name', width: 24 },
      { heading: 'Checked', width: 18 },
      { heading: 'Shift', width: 16 },
      { heading: 'Checked by', width: 20 },
      { heading: 'Answer', width: 10 },
      { heading: 'Why', width: 44 },
    ],
    others
      .slice(0, mostPrinted)
      .map(({ name, checked_at, label, checked_by, answer, because }) => [
        name,
        inNumbers(`${formatDay(dayOf(checked_at))}, ${formatTime(checked_at)}`),
        label,
        checked_by,
        answerWords[answer],
        because,
      ]),
    { dense: true },
  )
}

/** “90 check-ins by Rae Halvorsen and Sam Reyes”: everyone who was checked at once is one check-in. */
function checkInsWords(answers: readonly PacketPerson['checks'][number][]): string {
  const times = new Set(
    answers.map(({ checked_at, label, checked_by }) => `${checked_at.toISOString()} ${label} ${checked_by}`),
  ).size
  const by = [...new Set(answers.map(({ checked_by }) => checked_by))]
  const who =
    by.length > 5 ? `${by.length} people` : new Intl.ListFormat('en-US', { style: 'long' }).format(by)
  return `${times === 1 ? '1 check-in' : `${times} check-ins`} by ${who}`
}

function exceptionsWords(count: number): string {
  if (count === 0) return 'Everyone was cleared each time.'
  const printed = count > mostPrinted ? `; the latest ${mostPrinted} are below` : ''
  return `${count === 1 ? 'One answer was not “cleared”' : `${count} answers were not “cleared”`}${printed}.`
}
