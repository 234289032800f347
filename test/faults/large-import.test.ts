import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
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

test(`files of ${many} rows are accepted and checked within 10 seconds, and saved within 30`, async () => {
  const world = await aWorld()
  const rae = await world.as('rae@northstar.example')
  const program = await programId(world.db, 'North Star House')
  // A hire further back would wait for a second person.
  const rows = rowsHiredOn(addDays(dayOf(world.clock.now), -7))
  const files = { 'roster.xlsx': xlsxOf('Roster', columns, rows), 'roster.csv': csvOf(columns, rows) }
  const seconds: Record<string, number> = {}
  let address = ''
  for (const [name, file] of Object.entries(files)) {
    const bytes = await buffer(file)
    const begun = performance.now()
    const sent = await sendFile(world, rae, program, bytes, name)
    expect(sent.statusCode, readable(sent.body).slice(0, 1000)).toBe(303)
    address = String(sent.headers.location)
    const { body } = await settled(world, rae, address)
    seconds[name] = (performance.now() - begun) / 1000
    expect(readable(body)).toContain('20,000 rows are ready.')
  }
  const begun = performance.now()
  await rae.post(`${address}/application`)
  const { body } = await settled(world, rae, address)
  const saved = (performance.now() - begun) / 1000
  console.log({ checked: seconds, saved })
  expect(readable(body)).toContain('20,000 rows were saved')
  // On a machine without other work.
  expect(Math.max(...Object.values(seconds))).toBeLessThan(10)
  expect(saved).toBeLessThan(30)
}, 600_000)

const rowsHiredOn = (hiredOn: Day): readonly Row[] =>
  Array.from({ length: many }, (_, n) => ({
    name: `Alexandria Featherstone-Johansson ${n}`,
    email: `alexandria.featherstone-johansson.${n}@northstar.example`,
    id: `NS-${100_000 + n}`,
    hiredOn,
  }))
