import { type Day, formatDay } from '#server/lib/days.ts'
import type { Place } from '#server/programs/queries.ts'
import { includesDay } from '#server/programs/recorded-period.ts'
import { type FindingLine, findingLine, urgencyOfFinding } from './program-finding-words.ts'
import type { ProgramFinding } from './program-requirement.ts'
import type { RequirementChange, RequirementRow } from './program-requirements.queries.ts'
import { appliesToWords, appliesWords, evidenceWords, scheduleWords } from './requirement-words.ts'

const requirementPageSize = 25

type ListFilter = Readonly<{ requirement: string; show: string; page: number }>

/** A program's own requirements, and where everyone is with them. */
export function requirementsPage(
  place: Place,
  rows: readonly RequirementRow[],
  findings: readonly ProgramFinding[],
  changes: readonly RequirementChange[],
  filter: ListFilter,
  today: Day,
) {
  const base = `/programs/${place.program.id}/requirements`
  const lines = linesOf(findings, filter, today)
  const last = Math.max(1, Math.ceil(lines.length / requirementPageSize))
  const current = Math.min(filter.page, last)
  const query = new URLSearchParams({
    ...(filter.requirement && { requirement: filter.requirement }),
    ...(filter.show && { show: filter.show }),
  }).toString()
  return {
    title: `Own requirements of ${place.program.name}`,
    place,
    here: 'requirements',
    base,
    filter,
    requirements: requirementCards(rows, findings, today),
    ended: rows.filter((row) => row.to_on !== null && row.to_on < today && !isOpenLater(row, rows, today)),
    sentence: sentenceOf(findings),
    lines: lines.slice((current - 1) * requirementPageSize, current * requirementPageSize),
    total: lines.length,
    of: findings.length,
    pages: { current, last, href: `${base}?${query ? `${query}&` : ''}page={page}` },
    exportQuery: query ? `?${query}` : '',
    choices: [
      { value: '', label: 'All' },
      ...[...new Map(findings.map((one) => [one.requirement_id, one.title]))].map(([value, label]) => ({
        value,
        label,
      })),
    ],
    shows: [
      { value: '', label: 'All' },
      { value: 'overdue', label: 'Overdue' },
      { value: 'due_soon', label: 'Due soon' },
      { value: 'current', label: 'In order, or not due yet' },
    ],
    changes: changes.map((one) => ({ ...one, period: appliesWords(one, today) })),
  }
}

/** The filtered findings in words, what needs something first. */
export const linesOf = (
  findings: readonly ProgramFinding[],
  { requirement, show }: Pick<ListFilter, 'requirement' | 'show'>,
  on: Day,
): readonly FindingLine[] =>
  findings
    .filter((one) => (!requirement || one.requirement_id === requirement) && (!show || one.standing === show))
    .toSorted(
      (a, b) =>
        urgencyOfFinding(a) - urgencyOfFinding(b) ||
        (a.due_on ?? '9999').localeCompare(b.due_on ?? '9999') ||
        a.name.localeCompare(b.name, 'en-US'),
    )
    .map((one) => findingLine(one, on))

/** One card for each requirement that applies today or later. */
function requirementCards(rows: readonly RequirementRow[], findings: readonly ProgramFinding[], today: Day) {
  return rows
    .filter((row) => includesDay(row, today) || (row.from_on > today && row.from_on === row.since_on))
    .map((row) => {
      const theirs = findings.filter(({ requirement_id }) => requirement_id === row.requirement_id)
      const count = (standing: ProgramFinding['standing']) =>
        theirs.filter((one) => one.standing === standing).length
      const next = rows.find((one) => one.requirement_id === row.requirement_id && one.from_on > today)
      return {
        ...row,
        who: `${sentence(appliesToWords(row).replace(/^of /, ''))}`,
        when: scheduleWords(row),
        evidence: sentence(evidenceWords(row)),
        applies: appliesWords(row, today),
        counts: [
          { show: 'overdue', word: 'overdue', count: count('overdue') },
          { show: 'due_soon', word: 'due soon', count: count('due_soon') },
          { show: 'current', word: 'in order', count: count('current') },
        ].filter(({ count }) => count > 0),
        next: next && next !== row ? `Changes on ${formatDay(next.from_on)}.` : null,
      }
    })
}

const isOpenLater = (row: RequirementRow, rows: readonly RequirementRow[], today: Day) =>
  rows.some((one) => one.requirement_id === row.requirement_id && (one.to_on === null || one.to_on >= today))

function sentenceOf(findings: readonly ProgramFinding[]): string {
  const people = (standing: ProgramFinding['standing']) =>
    new Set(findings.filter((one) => one.standing === standing).map(({ person_id }) => person_id)).size
  const [late, soon] = [people('overdue'), people('due_soon')]
  const of = (count: number, one: string, many: string) =>
    `${count} ${count === 1 ? `person ${one}` : `people ${many}`}`
  if (late > 0)
    return `${of(late, 'is', 'are')} overdue${soon > 0 ? `, and ${of(soon, 'has', 'have')} a date coming up` : ''}.`
  return soon > 0
    ? `No one is overdue, and ${of(soon, 'has', 'have')} a date coming up.`
    : 'Everyone is in order.'
}

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)
