import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { addDays, type Day, dayOf } from '#server/lib/days.ts'
import { type Column, csvOf, xlsxOf } from '#server/web/spreadsheet.ts'
import { programId, readable, sendFile, settled } from '#test/programs/programs.ts'
import { aWorld } from '#test/support/app.ts'

/** As many as a file may have. */
const many = 20_000

type Row = Readonly<{ name: string; email: string; id: string; hiredOn: Day }>

const columns: readonly Column<Row>[] = [
  { heading: 'Name', width: 30, value: ({ name }) => name },
  { heading: 'Email', width: 40, value: ({ email }) => email },
  { heading: 'Employee ID', width: 12, value: ({ id }) => id },
  { heading: 'Worker type', width: 12, value: () => 'Employee' },
  { heading: 'Role title', width: 30, value: () => 'Residential youth counselor' },
  { heading: 'Unit', width: 20, value: () => 'Harbor House, second floor' },
  { heading: 'Hired on', width: 12, isDay: true, value: ({ hiredOn }) => hiredOn },
  { heading: 'Direct contact from', width: 12, isDay: true, value: ({ hiredOn }) => hiredOn },
  { heading: 'Direct contact until', width: 12, isDay: true, value: () => null },
  { heading: 'Leave from', width: 12, isDay: true, value: () => null },
  { heading: 'Leave until', width: 12, isDay: true, value: () => null },
  { heading: 'Separated on', width: 12, isDay: true, value: () => null },
]

describe(`a file of ${many} rows is accepted, checked within 10 seconds and saved within 30`, () => {
  test.each([
    ['roster.csv', csvOf],
    ['roster.xlsx', (all: readonly Column<Row>[], rows: readonly Row[]) => xlsxOf('Roster', all, rows)],
  ])(
    '%s',
    async (name, write) => {
      const world = await aWorld()
      const rae = await world.as('rae@northstar.example')
      const program = await programId(world.db, 'North Star House')
      // A hire further back would wait for a second person.
      const hiredOn = addDays(dayOf(world.clock.now), -7)
      const rows = Array.from({ length: many }, (_, n) => ({
        name: `Alexandria Featherstone-Johansson ${n}`,
        email: `alexandria.featherstone-johansson.${n}@northstar.example`,
        id: `NS-${100_000 + n}`,
        hiredOn,
      }))
      const bytes = await buffer(write(columns, rows))
      const begun = performance.now()
      const sent = await sendFile(world, rae, program, bytes, name)
      expect(sent.statusCode, readable(sent.body).slice(0, 1000)).toBe(303)
      const address = String(sent.headers.location)
      const checked = await settled(world, rae, address)
      const checkedAfter = (performance.now() - begun) / 1000
      expect(readable(checked.body)).toContain('20,000 rows are ready.')
      const saving = performance.now()
      await rae.post(`${address}/application`)
      const saved = await settled(world, rae, address)
      const savedAfter = (performance.now() - saving) / 1000
      expect(readable(saved.body)).toContain('20,000 rows were saved')
      console.log({ name, kilobytes: Math.round(bytes.length / 1024), checkedAfter, savedAfter })
      expect(checkedAfter).toBeLessThan(10)
      expect(savedAfter).toBeLessThan(30)
    },
    300_000,
  )
})
