import { stringify } from 'csv-stringify/sync'
import type { PacketContent } from './packet-content.ts'
import { rankOf } from './packet-sample.ts'

export type PacketFile = Readonly<{ name: string; bytes: Uint8Array }>

type People = PacketContent['people']

type Cell = string | number | boolean | null

/**
 * The packet's tables as CSV. With a sample, they include all ids it was drawn from, without names, so that anyone can
 * draw it again. Cells that a spreadsheet would run as formulas are escaped.
 */
export function packetTables({ head, people, own }: PacketContent): readonly PacketFile[] {
  return [
    ...(head.sample_size === null ? [] : [populationTable(head, people)]),
    peopleTable(people),
    standingsTable(people),
    gapsTable(people),
    certificatesTable(people),
    outsideTable(people),
    lateEntriesTable(people),
    ...(people.some(({ checks }) => checks.length > 0) ? [checksTable(people)] : []),
    ...(own.findings.length > 0 ? [ownRequirementsTable(own)] : []),
    ...(own.trainings.length > 0 ? [ownTrainingsTable(own)] : []),
  ]
}

function populationTable(head: PacketContent['head'], people: People): PacketFile {
  const drawn = new Set(people.map(({ person_id }) => person_id))
  return table(
    'population.csv',
    ['Person id', 'SHA-256 of seed and id', 'Drawn'],
    head.population
      .map((id) => [id, rankOf(id, head.seed), drawn.has(id) ? 'yes' : 'no'])
      .sort(([, a = ''], [, b = '']) => (a < b ? -1 : 1)),
  )
}

const peopleTable = (people: People) =>
  table(
    'people.csv',
    [
      'Person id',
      'Name',
      'Role',
      'Worker type',
      'Hired',
      'Last day',
      'Direct contact from',
      'Direct contact to',
      'Leave from',
      'Leave to',
    ],
    people.flatMap((person) =>
      person.work.flatMap((work) =>
        Array.from({ length: Math.max(1, work.contact.length, work.leave.length) }, (_, index) => [
          ...[
            person.person_id,
            person.name,
            work.role_title,
            work.worker_type,
            work.hired_on,
            work.separated_on,
          ],
          ...[work.contact[index]?.from_on ?? null, work.contact[index]?.to_on ?? null],
          ...[work.leave[index]?.from_on ?? null, work.leave[index]?.to_on ?? null],
        ]),
      ),
    ),
  )

const standingsTable = (people: People) =>
  table(
    'standings.csv',
    [
      'Person id',
      'Name',
      'Requirement',
      'Standing',
      'In words',
      'Due',
      'Satisfied',
      'Days late',
      'Rule',
      'Citation',
      'Why',
    ],
    people.flatMap((person) =>
      person.requirements.map((one) => [
        ...[person.person_id, person.name, one.title, one.standing, one.words, one.due_on, one.satisfied_on],
        ...[one.late_days, one.rule, one.citation, one.explanation.join(' ')],
      ]),
    ),
  )

const gapsTable = (people: People) =>
  table(
    'gaps.csv',
    ['Person id', 'Name', 'Requirement', 'First day', 'Last day', 'Days', 'Open', 'In words', 'Why'],
    people.flatMap((person) =>
      person.gaps.map((gap) => [
        ...[
          person.person_id,
          person.name,
          gap.title,
          gap.from,
          gap.to,
          gap.length,
          gap.open ? 'yes' : 'no',
          gap.words,
          gap.why,
        ],
      ]),
    ),
  )

const certificatesTable = (people: People) =>
  table(
    'certificates.csv',
    [
      'Person id',
      'Name on the certificate',
      'Number',
      'Course',
      'Version',
      'Completed',
      'Course length in hours',
      'Issued',
      'Status',
      'Replaced by',
      'Verify at',
      'Note',
    ],
    people.flatMap((person) =>
      person.certificates.map(({ facts, number, issued_at, status, replaced_by }) => [
        ...[
          person.person_id,
          facts.person_name,
          number,
          facts.course_title,
          facts.course_version,
          facts.completed_on,
        ],
        ...[facts.hours, issued_at.toISOString(), status, replaced_by, facts.verify_url, facts.note],
      ]),
    ),
  )

const outsideTable = (people: People) =>
  table(
    'outside-training.csv',
    [
      'Person id',
      'Name',
      'Title',
      'Source',
      'Code',
      'Completed',
      'Hours',
      'Topics',
      'How learning was assessed',
      'Accepted',
      'Certificate verified',
      'Recorded',
      'Recorded by',
      'Reason',
    ],
    people.flatMap((person) =>
      person.outside.map((one) => [
        ...[
          person.person_id,
          person.name,
          one.title,
          one.provider,
          one.code,
          one.completed_on,
          one.hours,
          one.topics,
          one.mastery,
        ],
        ...[
          one.is_accepted === null ? 'not decided' : one.is_accepted ? 'yes' : 'no',
          one.is_certificate_verified ? 'yes' : 'no',
        ],
        ...[one.recorded_at.toISOString(), one.recorded_by_name, one.decision_reason],
      ]),
    ),
  )

const checksTable = (people: People) =>
  table(
    'shift-check-ins.csv',
    ['Person id', 'Name', 'Checked', 'Shift', 'Checked by', 'Answer', 'Why'],
    people.flatMap((person) =>
      person.checks.map(({ checked_at, label, checked_by, answer, because }) => [
        ...[person.person_id, person.name, checked_at.toISOString(), label, checked_by, answer, because],
      ]),
    ),
  )

const lateEntriesTable = (people: People) =>
  table(
    'late-entries-and-corrections.csv',
    ['Person id', 'Name', 'Kind', 'What'],
    people.flatMap((person) => [
      ...person.late.map((words) => [person.person_id, person.name, 'late entry', words]),
      ...person.corrections.map((words) => [person.person_id, person.name, 'correction', words]),
    ]),
  )

const ownRequirementsTable = ({ findings }: PacketContent['own']) =>
  table(
    'own-requirements.csv',
    [
      'Person id',
      'Name',
      'The program’s own requirement',
      'Standing',
      'In words',
      'Last done',
      'Hours',
      'Due',
      'Why',
    ],
    findings.map((one) => [
      ...[
        one.person_id,
        one.name,
        one.title,
        one.standing,
        one.words,
        one.satisfied_on,
        one.hours,
        one.due_on,
      ],
      one.explanation.join(' '),
    ]),
  )

const ownTrainingsTable = ({ trainings }: PacketContent['own']) =>
  table(
    'own-trainings.csv',
    [
      'Person id',
      'Name',
      'Training',
      'Completed',
      'Hours',
      'Taught by',
      'File',
      'Recorded',
      'Recorded by',
      'Withdrawn',
    ],
    trainings.map((one) => [
      ...[
        one.person_id,
        one.name,
        one.title,
        one.completed_on,
        one.hours,
        one.provider,
        one.file_name ?? 'none',
      ],
      ...[
        one.recorded_at.toISOString(),
        one.recorded_by_name,
        one.superseded_at ? one.superseded_reason : 'no',
      ],
    ]),
  )

const table = (
  name: string,
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
): PacketFile => ({
  name,
  bytes: Buffer.from(
    stringify([headings, ...rows.map((row) => [...row])] as Cell[][], {
      bom: true,
      record_delimiter: 'windows',
      escape_formulas: true,
    }),
  ),
})
