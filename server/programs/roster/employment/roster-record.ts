import { type Day, formatDay, formatTime } from '#server/lib/days.ts'
import { roleNames, type Viewer } from '#server/people/roles.ts'
import type { ProgramHead } from '#server/programs/queries.ts'
import { includesDay } from '#server/programs/recorded-period.ts'
import { type Assignment, workerTypeNames } from './assignment.ts'
import type { PersonOnRoster } from './assignments.queries.ts'
import type { HistoryEntry } from './history.ts'
import { type Period, periodNames } from './periods.ts'
import { laterTitleWords, titleOn } from './role-titles.ts'
import type { RoleHere } from './roles.queries.ts'
import { workTexts } from './work-texts.ts'

/** What a viewer may change in a person's record at one program. No one changes their own. */
type MayChange = Readonly<{ isOwn: boolean; leave: boolean; everything: boolean }>

export function mayChange(
  viewer: Pick<Viewer, 'id' | 'administered_program_ids' | 'supervised_program_ids'>,
  programId: string,
  personId: string,
): MayChange {
  const isOwn = viewer.id === personId
  return {
    isOwn,
    leave: !isOwn && viewer.supervised_program_ids.includes(programId),
    everything: !isOwn && viewer.administered_program_ids.includes(programId),
  }
}

/** A person's record on a program's roster: their employments, latest first, and the history of the record. */
export function rosterRecord(
  program: ProgramHead,
  viewer: Pick<Viewer, 'id' | 'administered_program_ids' | 'supervised_program_ids'>,
  person: PersonOnRoster,
  {
    assignments,
    history,
    roles,
  }: Readonly<{
    assignments: readonly Assignment[]
    history: readonly HistoryEntry[]
    roles: readonly RoleHere[]
  }>,
  today: Day,
) {
  const may = mayChange(viewer, program.id, person.id)
  const works = assignments.toReversed().map((assignment) => workCard(assignment, program, may, today))
  const goesOn = assignments.some(({ separated_on }) => separated_on === null || separated_on >= today)
  return {
    program,
    person,
    may,
    isAdministered: viewer.administered_program_ids.includes(program.id),
    sentence: sentenceOf(assignments, today),
    works,
    canTransfer: viewer.administered_program_ids.length > 1,
    canReturn: may.everything && assignments.every(({ separated_on }) => separated_on !== null),
    roles: roles.map(({ role, is_holder_wide }) =>
      is_holder_wide ? `${roleNames[role]} of all the license holder’s programs` : roleNames[role],
    ),
    stillActs: !goesOn && roles.some(({ is_holder_wide }) => !is_holder_wide),
    history,
  }
}

export type RosterRecord = ReturnType<typeof rosterRecord>

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

function workCard(assignment: Assignment, program: ProgramHead, may: MayChange, today: Day) {
  const { assignment_id, hired_on, separated_on, duties_from, duties_to } = assignment
  const address = `/programs/${program.id}/assignments/${assignment_id}`
  const isAgency = program.kind === 'agency'
  return {
    heading: titleOn(assignment, today) || workerTypeNames[assignment.worker_type],
    goesOn: separated_on === null,
    hasEnded: separated_on !== null && separated_on < today,
    leave: assignment.leave,
    address,
    titleAddress: `/team/changes/role?row=${assignment_id}`,
    facts: [
      { name: 'Worker type', value: workerTypeNames[assignment.worker_type] },
      ...workTexts
        .filter(({ name }) => name !== 'role_title' && assignment[name])
        .map(({ name, label }) => ({ name: label, value: assignment[name] })),
      ...(assignment.later_titles.length > 0
        ? [
            {
              name: 'Role titles',
              value: `${assignment.role_title || 'No title'} from the first day; ${laterTitleWords(assignment)}`,
            },
          ]
        : []),
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
        address: `/programs/${program.id}/${kind}/${period.period_id}`,
      })),
      canRecord: kind === 'leave' ? may.leave : may.everything,
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
