import { clearanceVerdict, clearedUntil } from '#server/law/clearance.ts'
import { clearanceReasons } from '#server/law/clearance-reasons.ts'
import type { Facts } from '#server/law/facts/facts.ts'
import type { ClearanceAnswer } from '#server/law/reasons/answer-schema.ts'
import { programsOf } from '#server/law/reasons/situation.ts'
import type { Day } from '#server/lib/days.ts'
import type { Roster } from '#server/programs/roster/employment/roster.queries.ts'

type Answer = ClearanceAnswer['answer']

/** What counts and filters need of someone on the list. */
export type ListedPerson = Readonly<{ person_id: string; name: string; role_title: string; answer: Answer }>

/** One line of the shift list. Sentences are written only for the lines on the page. */
export type ClearanceLine = ListedPerson &
  Readonly<{
    email: string | null
    unit: string
    until: Day | null
    on_leave: boolean
    because: () => readonly string[]
  }>

/** Everyone who works in a program on a day, each with one answer: may they have direct contact? */
export function clearanceList(
  roster: Roster,
  facts: ReadonlyMap<string, Facts>,
  programId: string,
  on: Day,
): readonly ClearanceLine[] {
  return roster.people.flatMap((person) => {
    const own = facts.get(person.person_id)
    const program = own && programsOf(own).find(({ id }) => id === programId)
    const assignment = person.assignments.findLast(({ program_id }) => program_id === programId)
    if (!own || !program || !assignment) return []
    const verdict = clearanceVerdict(own, program, on)
    const { answer } = verdict
    const until = answer === 'yes' ? clearedUntil(own, program, on) : null
    const because = () => clearanceReasons(verdict, until)
    const { person_id, name, email } = person
    const on_leave = verdict.situation.onLeave
    const { role_title, unit } = assignment
    return [{ person_id, name, email, role_title, unit, answer, until, on_leave, because }]
  })
}

export const answers: readonly Answer[] = ['yes', 'no', 'unknown']

export const answerWords: Readonly<Record<Answer, string>> = { yes: 'Yes', no: 'No', unknown: 'Not known' }

export type ClearanceFilter = Readonly<{
  show: Answer | null
  search: string
  page: number
  /** Shows all lines on one page, for printing. */
  isWhole: boolean
}>

export const peopleAPage = 50

/** The people that match the search, with every answer. */
function searched<Listed extends ListedPerson>(
  lines: readonly Listed[],
  filter: ClearanceFilter,
): readonly Listed[] {
  const words = plain(filter.search).split(' ').filter(Boolean)
  return lines.filter(({ name, role_title }) =>
    words.every((word) => plain(`${name} ${role_title}`).includes(word)),
  )
}

/** The people that match the whole filter, for the page and its files. */
export const clearanceFiltered = <Listed extends ListedPerson>(
  lines: readonly Listed[],
  filter: ClearanceFilter,
): readonly Listed[] =>
  searched(lines, filter).filter(({ answer }) => filter.show === null || answer === filter.show)

/** A page of the list: the count of each answer, and the people that match the filter. */
export function clearancePage<Listed extends ListedPerson>(
  lines: readonly Listed[],
  filter: ClearanceFilter,
) {
  const found = searched(lines, filter)
  const left = clearanceFiltered(lines, filter)
  const last = Math.max(1, Math.ceil(left.length / peopleAPage))
  const current = Math.min(filter.page, last)
  const shown = filter.isWhole ? left : left.slice((current - 1) * peopleAPage, current * peopleAPage)
  return {
    of: lines.length,
    yes: countOf(lines, 'yes'),
    found: answers.map((answer) => ({ answer, count: countOf(found, answer) })),
    total: left.length,
    pages: { current, last: filter.isWhole ? 1 : last },
    shown,
  }
}

/** The answer and the next step are visible. How it was worked out is collapsed, and not printed. */
export function shownLine({ because, ...line }: ClearanceLine, isWhole: boolean) {
  const [said = '', ...rest] = because()
  // The column beside it already shows a plain yes with its last day.
  const first = /^Yes(?:\.|, until )/.test(said) ? '' : said
  const next = line.answer === 'yes' ? '' : (rest.findLast((sentence) => sentence.startsWith('Next: ')) ?? '')
  return { ...line, first, next, more: isWhole ? [] : rest.filter((sentence) => sentence !== next) }
}

const countOf = (lines: readonly ListedPerson[], answer: Answer) =>
  lines.filter((line) => line.answer === answer).length

const plain = (text: string) =>
  text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .trim()
