import { stringify } from 'csv-stringify/sync'
import { dayOf } from '#server/lib/days.ts'
import type { attendancePage } from './instructor-led-page.ts'

type Row = ReturnType<typeof attendancePage>['rows'][number]

const columns: readonly (readonly [heading: string, value: (row: Row) => string])[] = [
  ['Name', ({ name }) => name],
  ['Email', ({ email }) => email ?? ''],
  ['Registered on', ({ registered_at }) => dayOf(registered_at)],
  ['Place', ({ state }) => state],
  ['Attendance', ({ last }) => last?.outcome ?? ''],
  ['Minutes missed', ({ last }) => (last?.outcome === 'present' ? String(last.minutes_missed) : '')],
  ['Credit', ({ last, isCredited }) => (last ? (isCredited ? 'yes' : 'no') : '')],
  ['Correction', ({ last }) => last?.reason ?? ''],
]

/** Everyone who registered. A cell that a spreadsheet would run as a formula is written as text. */
export const attendeesCsv = (rows: readonly Row[]): string =>
  stringify(
    [columns.map(([heading]) => heading), ...rows.map((row) => columns.map(([, value]) => value(row)))],
    { bom: true, record_delimiter: 'windows', escape_formulas: true },
  )
