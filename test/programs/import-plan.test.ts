import { describe, expect, test } from 'vitest'
import { draftOf } from '#server/programs/imports/import-draft.ts'
import type { Cells } from '#server/programs/imports/import-file.ts'
import { planner } from '#server/programs/imports/import-plan.ts'
import { readRow } from '#server/programs/imports/import-rows.ts'
import type { Assignment } from '#server/programs/roster/employment/assignment.ts'

type Employee = { id: string; name: string; email: string | null }

const mai = { id: 'mai', name: 'Mai Vang' }
const period = (period_id: string, from_on: string, to_on: string | null) => ({
  row_id: `row-${period_id}`,
  period_id,
  from_on,
  from_at: null,
  to_on,
})
const work: Assignment = {
  row_id: 'row',
  assignment_id: 'work',
  person_id: 'mai',
  program_id: 'here',
  worker_type: 'employee',
  role_title: 'Youth worker',
  later_titles: [],
  unit: '',
  hired_on: '2025-03-03',
  separated_on: null,
  duties_from: null,
  duties_to: null,
  contact: [period('contact', '2025-03-17', null)],
  leave: [],
}
const maiRow: Cells = { name: 'Mai Vang', email: 'mai@x.example', hired_on: '3/3/2025' }

function plan(
  rows: readonly Cells[],
  {
    assignments = [work],
    viewerId = 'rae',
    outOfReach = new Set<string>(),
    employees = new Map<string, Employee>(),
  } = {},
) {
  let made = 0
  const state = {
    programId: 'here',
    isAgency: false,
    viewerId,
    today: '2026-06-01',
    employees,
    people: new Map([['mai@x.example', mai]]),
    outOfReach,
    roster: new Map(),
    answers: new Map(),
    draft: draftOf(assignments),
  }
  const { takeRow, changes } = planner(state, () => `new-${++made}`)
  const planned = rows.map((cells, index) => takeRow({ line: index + 2, cells, problem: null }))
  return { rows: planned, changes: changes() }
}
const kindsOf = (rows: readonly Cells[], options = {}) => plan(rows, options).rows.map(({ kind }) => kind)
const problemOf = (rows: readonly Cells[], options = {}) => plan(rows, options).rows.at(-1)?.problems[0]

describe('an import row', () => {
  test('that matches the record changes nothing', () => {
    const { rows, changes } = plan([
      { ...maiRow, worker_type: 'Employee', role_title: 'Youth worker', contact_from: '2025-03-17' },
    ])
    expect(rows[0]?.kind).toBe('unchanged')
    expect(changes).toEqual({
      people: [],
      renamed: [],
      employeeIds: [],
      assignments: [],
      periods: [],
      removed: [],
    })
  })

  test('leaves values unchanged where its cells are empty', () => {
    expect(kindsOf([maiRow])).toEqual(['unchanged'])
  })

  test('for a new person adds them, their employment and their contact', () => {
    const { rows, changes } = plan([
      {
        name: 'Theo Okafor',
        email: 'Theo@X.example',
        worker_type: 'Intern',
        hired_on: '2025-05-01',
        contact_from: '5/12/2025',
        leave_from: '6/1/2025',
        leave_to: '6/10/2025',
      },
    ])
    expect(rows[0]?.kind).toBe('new')
    expect(changes.people).toEqual([{ id: 'new-1', name: 'Theo Okafor', email: 'theo@x.example' }])
    expect(changes.assignments).toMatchObject([
      { person_id: 'new-1', worker_type: 'student', hired_on: '2025-05-01' },
    ])
    expect(changes.periods).toMatchObject([
      { kind: 'contact', from_on: '2025-05-12', to_on: null },
      { kind: 'leave', from_on: '2025-06-01', to_on: '2025-06-10' },
    ])
  })

  test('with a different day of hire corrects the employment that it overlaps, and says so', () => {
    const { rows, changes } = plan([{ ...maiRow, hired_on: '3/1/2025' }])
    expect(rows[0]).toMatchObject({
      kind: 'changed',
      changes: [{ column: 'hired_on', from: '3/3/2025', to: '3/1/2025' }],
    })
    expect(changes.assignments).toMatchObject([{ assignment_id: 'work', hired_on: '2025-03-01' }])
  })

  test('with a day of hire after the last day of work is a return', () => {
    const left = { ...work, separated_on: '2025-12-31', contact: [] }
    const { rows, changes } = plan([{ ...maiRow, hired_on: '2/2/2026', worker_type: 'employee' }], {
      assignments: [left],
    })
    expect(rows[0]?.kind).toBe('new')
    expect(changes.assignments).toMatchObject([
      { assignment_id: 'new-1', person_id: 'mai', hired_on: '2026-02-02' },
    ])
  })

  test('with a last day of work ends open contact', () => {
    const { rows, changes } = plan([{ ...maiRow, separated_on: '5/29/2026' }])
    expect(rows[0]?.changes).toEqual([
      { column: 'separated_on', from: 'empty', to: '5/29/2026' },
      { column: 'contact_to', from: 'empty', to: '5/29/2026' },
    ])
    expect(changes.periods).toMatchObject([{ period_id: 'contact', to_on: '2026-05-29' }])
  })

  test('corrects the contact period that it overlaps, and adds one that overlaps none', () => {
    const ended = { ...work, contact: [period('contact', '2025-03-17', '2025-08-31')] }
    const corrected = plan([{ ...maiRow, contact_from: '3/18/2025' }], { assignments: [ended] })
    expect(corrected.changes.periods).toMatchObject([
      { period_id: 'contact', from_on: '2025-03-18', to_on: '2025-08-31' },
    ])
    const added = plan([{ ...maiRow, contact_from: '10/1/2025' }], { assignments: [ended] })
    expect(added.changes.periods).toMatchObject([{ period_id: 'new-1', from_on: '2025-10-01', to_on: null }])
  })

  test('may add a second period of leave', () => {
    const { rows, changes } = plan([
      { ...maiRow, leave_from: '6/1/2025', leave_to: '6/10/2025' },
      { ...maiRow, leave_from: '9/1/2025' },
    ])
    expect(rows.map(({ kind }) => kind)).toEqual(['changed', 'changed'])
    expect(changes.periods.map(({ from_on }) => from_on)).toEqual(['2025-06-01', '2025-09-01'])
  })

  test('twice in one file counts once', () => {
    const theo = { name: 'Theo', email: 'theo@x.example', worker_type: 'employee', hired_on: '5/1/2025' }
    expect(kindsOf([theo, theo])).toEqual(['new', 'unchanged'])
  })

  test('may have dates with midnight added, as spreadsheets write them', () => {
    for (const hired_on of ['3/15/2025 0:00', '3/15/2025 12:00:00 AM', '2025-03-15T00:00:00'])
      expect(
        readRow({ line: 2, cells: { ...maiRow, hired_on }, problem: null }, '2026-11-23', false),
      ).toMatchObject({
        says: { hired_on: '2025-03-15' },
        problems: [],
      })
  })

  test('that contradicts an earlier row is refused, with that row’s line', () => {
    expect(
      problemOf([
        { ...maiRow, role_title: 'Night staff' },
        { ...maiRow, role_title: 'Cook' },
      ]),
    ).toEqual({
      column: 'role_title',
      message: 'Line 2 says “Night staff” for the same person.',
    })
  })
})

describe('a row is refused', () => {
  test.each([
    ['without an email', { ...maiRow, email: '' }, 'email', 'Every row needs an email'],
    [
      'with something else for an email',
      { ...maiRow, email: 'mai' },
      'email',
      '“mai” is not an email address',
    ],
    [
      'with a day that is none',
      { ...maiRow, hired_on: '2/30/2025' },
      'hired_on',
      'We can’t read “2/30/2025” as a date',
    ],
    ['with a year of two digits', { ...maiRow, contact_from: '3/17/25' }, 'contact_from', 'four digits'],
    [
      'with a spreadsheet’s date number',
      { ...maiRow, contact_from: '45733' },
      'contact_from',
      'spreadsheet’s date number',
    ],
    ['with a day in a far year', { ...maiRow, leave_from: '3/17/2052' }, 'leave_from', 'Check the year'],
    [
      'with a worker of an unknown kind',
      { ...maiRow, worker_type: 'robot' },
      'worker_type',
      '“robot” is not employee',
    ],
    ['with an end and no beginning', { ...maiRow, leave_to: '5/1/2025' }, 'leave_to', 'Fill in “Leave from”'],
    [
      'with contact before the day of hire',
      { ...maiRow, contact_from: '1/1/2025', contact_to: '1/2/2025' },
      'contact_from',
      'before the day of hire',
    ],
    [
      'with contact after the last day of work',
      { ...maiRow, separated_on: '5/1/2026', contact_from: '3/17/2025', contact_to: '6/1/2026' },
      'contact_to',
      'after the last day of work',
    ],
    [
      'with duties in a program that is no agency',
      { ...maiRow, duties_from: '5/1/2025' },
      'duties_from',
      'Only county and Tribal agencies',
    ],
    [
      'with the email of an account under a different name',
      { ...maiRow, name: 'May Wang' },
      'name',
      'with a different name',
    ],
    [
      'with a new email but no name',
      { email: 'new@x.example', hired_on: '5/1/2025', worker_type: 'employee' },
      'name',
      'needs a name',
    ],
    [
      'without a worker type for a new employment',
      { name: 'New', email: 'new@x.example', hired_on: '5/1/2025' },
      'worker_type',
      'Enter employee',
    ],
  ])('%s', (_what, row, column, message) => {
    const problem = problemOf([row], { outOfReach: new Set(['mai']) })
    expect(problem?.column).toBe(column)
    expect(problem?.message).toContain(message)
  })

  test('that changes the administrator’s own record, but not one that leaves it unchanged', () => {
    expect(problemOf([{ ...maiRow, role_title: 'Director' }], { viewerId: 'mai' })?.message).toContain(
      'your own record',
    )
    expect(kindsOf([maiRow], { viewerId: 'mai' })).toEqual(['unchanged'])
    const newWork = { ...maiRow, worker_type: 'employee' }
    expect(problemOf([newWork], { viewerId: 'mai', assignments: [] })?.message).toContain('your own record')
  })

  test('without saving any part of it', () => {
    const { changes } = plan([
      { ...maiRow, role_title: 'Cook', contact_from: '1/1/2024', contact_to: '1/2/2024' },
    ])
    expect(changes.assignments).toEqual([])
  })
})

test('a name is corrected only for a person whose account is not used outside the administrator’s programs', () => {
  const { rows, changes } = plan([{ ...maiRow, name: 'Mai Vang-Lee' }])
  expect(rows[0]?.changes).toEqual([{ column: 'name', from: 'Mai Vang', to: 'Mai Vang-Lee' }])
  expect(changes.renamed).toEqual([{ id: 'mai', from: 'Mai Vang', name: 'Mai Vang-Lee' }])
  expect(kindsOf([{ ...maiRow, name: 'MAI  VANG' }])).toEqual(['unchanged'])
})

describe('an employee ID', () => {
  const employees = new Map<string, Employee>([['4482', { ...mai, email: null }]])

  test('tells who a row is about, also without an email', () => {
    const { rows, changes } = plan(
      [{ employee_id: ' 4482', hired_on: '3/3/2025', role_title: 'Night lead' }],
      {
        employees,
      },
    )
    expect(rows[0]).toMatchObject({ kind: 'changed', changes: [{ column: 'role_title' }] })
    expect(changes.people).toEqual([])
  })

  test('of someone new makes an account without an email', () => {
    const row = { name: 'Sam Yang', employee_id: 'c-17', worker_type: 'employee', hired_on: '3/3/2025' }
    const { rows, changes } = plan([row, { ...row, name: '', leave_from: '4/1/2025' }])
    expect(rows.map(({ kind }) => kind)).toEqual(['new', 'changed'])
    expect(changes.people).toEqual([{ id: expect.any(String), name: 'Sam Yang', email: null }])
    expect(changes.employeeIds).toEqual([
      { program_id: 'here', person_id: changes.people[0]!.id, employee_id: 'C-17' },
    ])
  })

  test('is added to someone whom the email names', () => {
    const { rows, changes } = plan([{ ...maiRow, employee_id: '77' }])
    expect(rows[0]?.changes).toEqual([{ column: 'employee_id', from: '', to: '77' }])
    expect(changes.employeeIds).toEqual([{ program_id: 'here', person_id: 'mai', employee_id: '77' }])
  })

  test('that is on record with another email is refused', () => {
    expect(problemOf([{ ...maiRow, employee_id: '4482' }], { employees })?.column).toBe('email')
  })

  test('or an email is needed in every row', () => {
    expect(problemOf([{ name: 'Sam Yang', hired_on: '3/3/2025' }])?.message).toContain(
      'email or an employee ID',
    )
  })
})
