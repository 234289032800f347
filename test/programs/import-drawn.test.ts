import fc from 'fast-check'
import { expect, test } from 'vitest'
import { draftOf } from '#server/programs/imports/import-draft.ts'
import { type Cells, readImportFile } from '#server/programs/imports/import-file.ts'
import { planner } from '#server/programs/imports/import-plan.ts'
import type { RosterChanges } from '#server/programs/roster/changes/roster-changes.ts'
import type { Assignment } from '#server/programs/roster/employment/assignment.ts'
import { overlaps } from '#server/programs/roster/employment/periods.ts'

type House = Readonly<{ people: RosterChanges['people']; assignments: readonly Assignment[] }>

let made = 0

function plan(house: House, rows: readonly Cells[]) {
  const state = {
    programId: 'here',
    isAgency: true,
    viewerId: 'rae',
    today: '2026-06-01',
    employees: new Map(),
    people: new Map(house.people.map(({ id, name, email }) => [email ?? '', { id, name }])),
    outOfReach: new Set<string>(),
    roster: new Map(),
    answers: new Map(),
    draft: draftOf(house.assignments),
  }
  const { takeRow, changes } = planner(state, () => `id-${++made}`)
  const planned = rows.map((cells, index) => takeRow({ line: index + 2, cells, problem: null }))
  return { planned, changes: changes() }
}

/** The program after the changes are saved. */
function saved({ people, assignments }: House, changes: RosterChanges): House {
  const works = new Map(assignments.map((one) => [one.assignment_id, one]))
  for (const row of changes.assignments)
    works.set(row.assignment_id, {
      contact: [],
      leave: [],
      ...works.get(row.assignment_id),
      ...row,
      row_id: '',
    })
  const removed = new Set(changes.removed.map(({ id }) => id))
  for (const work of works.values())
    for (const kind of ['contact', 'leave'] as const) {
      const rows = changes.periods.filter(
        (period) => period.kind === kind && period.assignment_id === work.assignment_id,
      )
      const ids = new Set(rows.map(({ period_id }) => period_id))
      const kept = work[kind].filter(({ period_id }) => !ids.has(period_id) && !removed.has(period_id))
      works.set(work.assignment_id, {
        ...works.get(work.assignment_id)!,
        [kind]: [...kept, ...rows.map((row) => ({ ...row, row_id: '' }))],
      })
    }
  const names = new Map(changes.renamed.map(({ id, name }) => [id, name]))
  return {
    people: [...people, ...changes.people].map((one) => ({ ...one, name: names.get(one.id) ?? one.name })),
    assignments: [...works.values()],
  }
}

const day = fc.constantFrom(
  '1/1/2024',
  '2/1/2024',
  '3/1/2024',
  '4/1/2024',
  '5/1/2024',
  '6/1/2024',
  '7/1/2024',
)
const cell = (values: fc.Arbitrary<string>) => fc.option(values, { nil: undefined, freq: 2 })
const row: fc.Arbitrary<Cells> = fc
  .record({
    name: fc.constantFrom('Mai Vang', 'Theo Okafor'),
    email: fc.constantFrom('a@x.example', 'b@x.example'),
    worker_type: cell(fc.constantFrom('employee', 'Volunteer', 'robot')),
    role_title: cell(fc.constantFrom('Cook', 'Night staff')),
    hired_on: cell(day),
    contact_from: cell(day),
    contact_to: cell(day),
    leave_from: cell(day),
    leave_to: cell(day),
    separated_on: cell(day),
    duties_from: cell(day),
  })
  .map((cells) => Object.fromEntries(Object.entries(cells).filter(([, value]) => value !== undefined)))
const file = fc.array(row, { minLength: 1, maxLength: 8 })
const empty: House = { people: [], assignments: [] }

test('importing the accepted rows of any file again changes nothing', () => {
  fc.assert(
    fc.property(file, file, (first, second) => {
      const before = saved(empty, plan(empty, first).changes)
      const { planned, changes } = plan(before, second)
      const after = saved(before, changes)
      const taken = planned.filter(({ kind }) => kind !== 'refused').map(({ cells }) => cells)
      const again = plan(after, taken)
      // Without a day of hire, it may no longer be clear which employment a row is about. It is refused and changes nothing.
      expect(again.planned.filter(({ kind }) => kind === 'new' || kind === 'changed')).toEqual([])
      expect(again.changes).toEqual({
        people: [],
        renamed: [],
        employeeIds: [],
        assignments: [],
        periods: [],
        removed: [],
      })
    }),
    { numRuns: 3000 },
  )
})

test('no file leaves contradictory records', () => {
  fc.assert(
    fc.property(fc.array(file, { minLength: 1, maxLength: 3 }), (files) => {
      const house = files.reduce((one, rows) => saved(one, plan(one, rows).changes), empty)
      const works = house.assignments
      for (const work of works) {
        expect(work.separated_on === null || work.separated_on >= work.hired_on).toBe(true)
        for (const periods of [work.contact, work.leave])
          periods.forEach((period, index) => {
            expect(period.from_on >= work.hired_on).toBe(true)
            expect(period.to_on === null || period.to_on >= period.from_on).toBe(true)
            if (work.separated_on !== null) expect((period.to_on ?? '9') <= work.separated_on).toBe(true)
            expect(periods.slice(0, index).some((other) => overlaps(other, period))).toBe(false)
          })
        const others = works.filter((one) => one !== work && one.person_id === work.person_id)
        const period = { from_on: work.hired_on, to_on: work.separated_on }
        expect(
          others.some((one) => overlaps({ from_on: one.hired_on, to_on: one.separated_on }, period)),
        ).toBe(false)
      }
    }),
    { numRuns: 2000 },
  )
})

test('reading a file never throws, whatever its bytes', () => {
  const text = fc.string({
    unit: fc.constantFrom('"', ',', ';', '\t', '\n', '\r', 'Name', 'Email', 'Hired on', 'é', '\0', '='),
  })
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        text.map((one) => Buffer.from(one)),
      ),
      (bytes) => {
        expect(['rows', 'unreadable']).toContain(readImportFile(bytes).kind)
      },
    ),
    { numRuns: 3000 },
  )
})
