import { type Day, formatDay, formatTime } from '#server/lib/days.ts'
import { roleNames, type Viewer } from '#server/people/roles.ts'
import type { Place } from '#server/programs/queries.ts'
import { includesDay } from '#server/programs/recorded-period.ts'
import { type Assignment, workerTypeNames } from './assignment.ts'
import type { PersonOnRoster } from './assignments.queries.ts'
import type { HistoryEntry } from './history.ts'
import { type Period, periodNames } from './periods.ts'
import type { RoleHere } from './roles.queries.ts'
import { workTexts } from './work-texts.ts'

/** A person on a program's roster: their employments, latest first, and the history of the record. */
export function personPage(
  place: Place,
  viewer: Pick<Viewer, 'id' | 'administered_program_ids'>,
  person: PersonOnRoster,
  assignments: readonly Assignment[],
  history: readonly HistoryEntry[],
  roles: readonly RoleHere[],
  done: string | undefined,
  today: Day,
) {
  const isOwn = person.id === viewer.id
  const canChange = place.canChange && !isOwn
  const works = assignments.toReversed().map((assignment) => workCard(assignment, place, canChange, today))
  const goesOn = assignments.some(({ separated_on }) => separated_on === null || separated_on >= today)
  return {
    title: person.name,
    place,
    person,
    isOwn: isOwn && place.canChange,
    canChange,
    sentence: sentenceOf(assignments, today),
    works,
    canTransfer: viewer.administered_program_ids.length > 1,
    canReturn: canChange && assignments.every(({ separated_on }) => separated_on !== null),
    roles: roles.map(({ role, is_holder_wide }) =>
      is_holder_wide ? `${roleNames[role]} of all the license holder’s programs` : roleNames[role],
    ),
    stillActs: !goesOn && roles.some(({ is_holder_wide }) => !is_holder_wide),
    history,
    done: doneWords.get(done ?? '') ?? null,
  }
}

const doneWords: ReadonlyMap<string, string> = new Map([
  ['added', 'Added to the roster. The person already has an account, so they don’t need a link.'],
  ['added-mailed', 'Added to the roster. We emailed the person a link to set a password.'],
  ['mailed', 'We emailed the person a link to set a password. Earlier links no longer work.'],
  ['saved', 'Saved. See the history below.'],
])

function sentenceOf(assignments: readonly Assignment[], today: Day): string {
  const work = assignments.find((one) => one.hired_on <= today && (one.separated_on ?? today) >= today)
  if (!work) {
    const next = assignments.find(({ hired_on }) => hired_on > today)
    if (next) return `Starts here on ${formatDay(next.hired_on)}.`
    const last = assignments.at(-1)
    return last?.separated_on ? `Left on ${formatDay(last.separated_on)}.` : 'Nothing is on record now.'
  }
  const leave = current(work.leave, today)
  if (leave) return leave.to_on ? `On leave until ${formatDay(leave.to_on)}.` : 'On leave.'
  const contact = current(work.contact, today)
  if (!contact) return 'Works here, without direct contact.'
  return `Works here, in direct contact since ${formatDay(contact.from_on)}.`
}

const current = (periods: readonly Period[], today: Day) =>
  periods.find((period) => includesDay(period, today))

function workCard(assignment: Assignment, place: Place, canChange: boolean, today: Day) {
  const { assignment_id, hired_on, separated_on, duties_from, duties_to } = assignment
  const address = `/programs/${place.program.id}/assignments/${assignment_id}`
  const isAgency = place.program.kind === 'agency'
  return {
    heading: assignment.role_title || workerTypeNames[assignment.worker_type],
    goesOn: separated_on === null,
    hasEnded: separated_on !== null && separated_on < today,
    address,
    canChange,
    facts: [
      { name: 'Worker type', value: workerTypeNames[assignment.worker_type] },
      ...workTexts
        .filter(({ name }) => name !== 'role_title' && assignment[name])
        .map(({ name, label }) => ({ name: label, value: assignment[name] })),
      { name: 'Hired on', value: formatDay(hired_on) },
      ...(separated_on ? [{ name: 'Last day of work', value: formatDay(separated_on) }] : []),
      ...(isAgency ? [{ name: 'Child-protection duties', value: dutiesWords(duties_from, duties_to) }] : []),
    ],
    periods: (['contact', 'leave'] as const).map((kind) => ({
      kind,
      name: periodNames[kind],
      list: assignment[kind].map((period) => ({
        words: periodWords(period),
        isOpen: period.to_on === null,
        address: `/programs/${place.program.id}/${kind}/${period.period_id}`,
      })),
      // An open period must end before another begins.
      canAdd: assignment[kind].every(({ to_on }) => to_on !== null),
      none: kind === 'contact' ? 'None on record' : 'None',
      add: kind === 'contact' ? 'Record direct contact' : 'Record leave',
      end: kind === 'contact' ? 'Record last day' : 'Record return',
    })),
  }
}

function periodWords({ from_on, from_at, to_on }: Period): string {
  const from = from_at ? `${formatDay(from_on)}, ${formatTime(from_at)}` : formatDay(from_on)
  return to_on ? `${from} to ${formatDay(to_on)}` : `Since ${from}`
}

function dutiesWords(from: Day | null, to: Day | null): string {
  if (!from) return 'None on record'
  return to ? `${formatDay(from)} to ${formatDay(to)}` : `Since ${formatDay(from)}`
}
