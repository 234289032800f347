import { buffer } from 'node:stream/consumers'
import { strToU8, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import writeXlsxFile from 'write-excel-file/node'
import { columnHeadings, type ImportColumn, importColumns } from '#server/programs/imports/import-columns.ts'
import { mostBytes, readImportFile } from '#server/programs/imports/import-file.ts'
import { workbookCsv } from '#server/programs/imports/workbook.ts'
import { xlsxOf } from '#server/web/spreadsheet.ts'

const headings = ['Name', 'Email', 'Hired on'].map((value) => ({ value, fontWeight: 'bold' as const }))

test('the first sheet of a workbook is read with real dates, numbers and long texts, on the same lines', async () => {
  const bytes = (await writeXlsxFile(
    [
      headings,
      [
        { type: String, value: 'Bo “B,” Sand & Söhne <x>' },
        { type: String, value: 'bo@x.example' },
        { type: Date, value: new Date('2026-03-05T00:00:00Z') },
      ],
      [null, null, null],
      [
        { type: Number, value: 4482 },
        { type: String, value: '2 lines\nof text' },
        { type: String, value: '3/15/2025' },
      ],
    ],
    { dateFormat: 'mm/dd/yyyy' },
  ).toBuffer()) as Buffer
  const opened = workbookCsv(bytes)
  expect(opened.kind === 'csv' && readImportFile(Buffer.from(opened.text))).toMatchObject({
    kind: 'rows',
    rows: [
      { line: 2, cells: { name: 'Bo “B,” Sand & Söhne <x>', email: 'bo@x.example', hired_on: '2026-03-05' } },
      { line: 4, cells: { name: '4482', email: '2 lines of text', hired_on: '3/15/2025' } },
    ],
  })
})

/** A workbook as other programs write it: prefixes, a hidden first sheet, inline and shared texts, the 1904 calendar. */
const odd = (sheet: string, most: Readonly<Record<string, string>> = {}) =>
  zipSync(
    Object.fromEntries(
      Object.entries({
        'xl/workbook.xml':
          '<x:workbook xmlns:x="m" xmlns:r="r"><x:workbookPr date1904="1"/><x:sheets><x:sheet name="Old" state="hidden" r:id="a"/><x:sheet name="Staff" r:id="b"/></x:sheets></x:workbook>',
        'xl/_rels/workbook.xml.rels':
          '<Relationships><Relationship Id="a" Target="worksheets/old.xml"/><Relationship Id="b" Target="/xl/worksheets/staff.xml"/></Relationships>',
        'xl/styles.xml':
          '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="d\\-mmm &quot;of&quot; yy"/><numFmt numFmtId="171" formatCode="0.0 &quot;days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>',
        'xl/sharedStrings.xml':
          '<sst><si><t>One</t></si><si><r><t>Two </t></r><r><t>parts</t></r><rPh><t>no</t></rPh></si></sst>',
        'xl/worksheets/old.xml':
          '<worksheet><sheetData><row r="1"><c><v>9</v></c></row></sheetData></worksheet>',
        'xl/worksheets/staff.xml': sheet,
        ...most,
      }).map(([name, text]) => [name, strToU8(text)]),
    ),
  )

test('a hidden sheet is passed over, and other programs’ ways of writing are read', () => {
  const sheet =
    '<x:worksheet xmlns:x="m"><x:sheetData><x:row r="2"><x:c r="B2" t="s"><x:v>1</x:v></x:c><x:c r="D2" s="1"><x:v>44620</x:v></x:c></x:row><x:row r="3"><x:c r="A3" t="inlineStr"><x:is><x:t>Inline</x:t></x:is></x:c><x:c r="B3" s="2"><x:v>2.5</x:v></x:c><x:c r="C3" t="b"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
  expect(workbookCsv(odd(sheet))).toEqual({
    kind: 'csv',
    text: '\n,Two parts,,2026-03-01\nInline,2.5,yes\n',
  })
})

test('a twentieth of the largest roster, with every column filled, takes less than a twentieth of what may be', async () => {
  const rows = Array.from({ length: 1000 }, (_, n) => n)
  const written = (column: ImportColumn, n: number) =>
    /_(?:on|from|to)$/.test(column)
      ? '2026-03-05'
      : `${n} Alexandria.Featherstone@x.example`.slice(0, column === 'worker_type' ? 8 : 30)
  const columns = importColumns.map((column) => ({
    heading: columnHeadings[column],
    width: 20,
    isDay: /_(?:on|from|to)$/.test(column),
    value: (n: number) => written(column, n),
  }))
  const bytes = await buffer(xlsxOf('Roster', columns, rows))
  const opened = workbookCsv(bytes, 60_000_000 / 20)
  expect(opened).toMatchObject({ kind: 'csv' })
  const inCsv = opened.kind === 'csv' ? opened.text.length : 0
  expect(Math.max(bytes.length, inCsv)).toBeLessThan(mostBytes / 20)
  expect(readImportFile(Buffer.from(opened.kind === 'csv' ? opened.text : ''))).toMatchObject({
    rows: { length: 1000 },
  })
})

test('a file that would take too much room, or that only looks like a workbook, is refused in words', () => {
  const empty = '<worksheet><sheetData></sheetData></worksheet>'
  const large = odd(empty, { 'xl/worksheets/more.xml': ' '.repeat(20_000) })
  expect(workbookCsv(large, 10_000)).toMatchObject({ message: expect.stringContaining('too large inside') })
  expect(workbookCsv(zipSync({ 'a.txt': strToU8('x') }))).toMatchObject({
    message: expect.stringContaining('not an Excel workbook'),
  })
  const entity =
    '<!DOCTYPE worksheet [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "&a;&a;">]><worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
  expect(workbookCsv(odd(entity)), 'an entity is never replaced').toMatchObject({
    message: expect.stringContaining('can’t be opened'),
  })
  expect(workbookCsv(odd('<worksheet><row>'))).toMatchObject({
    message: expect.stringContaining('can’t be opened'),
  })
  expect(workbookCsv(Buffer.from('PK\u0003\u0004 cut'))).toMatchObject({
    message: expect.stringContaining('can’t be opened'),
  })
  expect(workbookCsv(Buffer.from('d0cf11e0', 'hex'))).toMatchObject({
    message: expect.stringContaining('before 2007'),
  })
  // A row far below that only has a color is nothing; one with a value is too far.
  const far = (cell: string) =>
    odd(`<worksheet><sheetData><row r="1048576">${cell}</row></sheetData></worksheet>`)
  expect(workbookCsv(far('<c s="1"/>'))).toMatchObject({ kind: 'csv' })
  expect(workbookCsv(far('<c><v>1</v></c>'))).toMatchObject({
    message: expect.stringContaining('more than 20,000 rows'),
  })
})
