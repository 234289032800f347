import { expect, test } from 'vitest'
import { programFileTemplate, readProgramFile } from '#server/admin/programs/program-file.ts'

const known = { licenses: new Set(['9900001']), names: new Set(['example county social services']) }
const read = (text: string) => {
  const file = readProgramFile(text, known, '11/30/2026')
  if (file.kind === 'unreadable') throw new Error(file.message)
  return file.lines
}

test('the licensing look-up’s own headings are understood, with the type behind the number or beside it', () => {
  const lines = read(
    [
      'License Number,License Type,Name of Program,City,License Holder,Licensing Authority,Initial Effective Date,Capacity',
      '9900101-CRF,,Birch Lake House,Birch Lake,Birch Lake Homes,DHS,01/01/2020,12',
      '9900102,CRF,Two Rivers Cottage,Two Rivers,Two Rivers Care,Department of Corrections,,8',
    ].join('\r\n'),
  )
  expect(lines.map(({ typed }) => typed)).toEqual([
    {
      kind: 'licensed',
      holder: 'Birch Lake Homes',
      program_name: 'Birch Lake House',
      place: 'Birch Lake',
      license_number: '9900101',
      license_type: 'CRF',
      licensing_authority: 'DHS',
      from_on: '01/01/2020',
    },
    {
      kind: 'licensed',
      holder: 'Two Rivers Care',
      program_name: 'Two Rivers Cottage',
      place: 'Two Rivers',
      license_number: '9900102',
      license_type: 'CRF',
      licensing_authority: 'DOC',
      from_on: '11/30/2026',
    },
  ])
})

test('programs on record, and a second row about the same one, are passed over; what is wrong is said', () => {
  const lines = read(
    [
      'Program name;License holder;License number',
      'North Star House;North Star Youth Services;9900001',
      'New House;North Star Youth Services;9900009',
      'New House again;North Star Youth Services;9900009',
      'County Services;Example County;',
      ';Example County;9900010',
      'Bad Number;Example County;12',
    ].join('\n'),
  )
  expect(lines.map(({ kind }) => kind)).toEqual(['known', 'added', 'known', 'added', 'refused', 'refused'])
  expect(lines[3]!.typed.kind).toBe('agency')
  expect(readProgramFile('Name\nx', known, '11/30/2026')).toMatchObject({ kind: 'unreadable' })
})

test('the template is a file that can be sent', () => {
  expect(read(programFileTemplate()).map(({ kind }) => kind)).toEqual(['known'])
})
