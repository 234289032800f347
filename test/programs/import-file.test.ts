import { describe, expect, test } from 'vitest'
import { readImportFile } from '#server/programs/imports/import-file.ts'

const rowsOf = (file: string | Buffer) => {
  const read = readImportFile(Buffer.from(file))
  if (read.kind === 'unreadable') throw new Error(read.message)
  return read
}
const messageOf = (file: string | Buffer) => {
  const read = readImportFile(Buffer.from(file))
  return read.kind === 'unreadable' ? read.message : 'could be read'
}
const mai = { name: 'Mai Vang', email: 'mai@northstar.example', hired_on: '3/15/2025' }

describe('an import file', () => {
  test.each([
    ['commas and Unix’ ends of lines', 'Name,Email,Hired on\nMai Vang,mai@northstar.example,3/15/2025\n'],
    ['Windows’ ends of lines', 'Name,Email,Hired on\r\nMai Vang,mai@northstar.example,3/15/2025\r\n'],
    ['old Mac ends of lines', 'Name,Email,Hired on\rMai Vang,mai@northstar.example,3/15/2025\r'],
    ['Excel’s mark of UTF-8', '\uFEFFName,Email,Hired on\r\nMai Vang,mai@northstar.example,3/15/2025\r\n'],
    ['semicolons', 'Name;Email;Hired on\r\nMai Vang;mai@northstar.example;3/15/2025'],
    ['tabs', 'Name\tEmail\tHired on\r\nMai Vang\tmai@northstar.example\t3/15/2025'],
    [
      'a first line that names the separator',
      'sep=;\r\nName;Email;Hired on\r\nMai Vang;mai@northstar.example;3/15/2025',
    ],
    ['quotes', '"Name","Email","Hired on"\n"Mai Vang","mai@northstar.example","3/15/2025"'],
    [
      'other headings for the same',
      'EMPLOYEE NAME,E-mail address,Hire  date\nMai Vang,mai@northstar.example,3/15/2025',
    ],
    ['a heading over two lines', 'Name,Email,"Hired\non"\nMai Vang,mai@northstar.example,3/15/2025'],
    ['empty rows before the headings', ',,\n\nName,Email,Hired on\nMai Vang,mai@northstar.example,3/15/2025'],
    [
      'spaces that are not spaces',
      'Name,Email,Hired on\n\u00a0Mai Vang\u00a0,mai@northstar.example ,\u00a03/15/2025',
    ],
    [
      'empty rows and columns at the end',
      'Name,Email,Hired on,,\nMai Vang,mai@northstar.example,3/15/2025,,\n,,,,\n\n',
    ],
  ])('is read with %s', (_what, file) => {
    expect(rowsOf(file).rows.map(({ cells }) => cells)).toEqual([mai])
  })

  test('may be Excel’s Unicode text or Windows-1252', () => {
    const text = 'Name\tEmail\tHired on\r\nJosé Núñez\tjose@northstar.example\t3/15/2025\r\n'
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
    expect(rowsOf(utf16).rows[0]?.cells.name).toBe('José Núñez')
    expect(rowsOf(Buffer.from(text, 'latin1')).rows[0]?.cells.name).toBe('José Núñez')
  })

  test('reports each row’s last line, and unknown headings', () => {
    const read = rowsOf(
      'Name,Email,Hired on,Shoe size\n"Mai\nVang",mai@northstar.example,3/15/2025,7\nTheo,t@x.example,1/1/2025,9',
    )
    expect(read.rows.map(({ line }) => line)).toEqual([3, 4])
    expect(read.ignoredHeadings).toEqual(['Shoe size'])
  })

  test('drops the apostrophe before an escaped formula', () => {
    expect(rowsOf("Name,Email,Hired on\n'=Mai,mai@northstar.example,3/15/2025").rows[0]?.cells.name).toBe(
      '=Mai',
    )
  })

  test('refuses a row with more cells than headings', () => {
    const [row] = rowsOf('Name,Email,Hired on\nVang, Mai,mai@northstar.example,3/15/2025').rows
    expect(row?.problem).toContain('more cells than there are headings')
  })
})

test('a file of another type is refused with a clear message', () => {
  expect(messageOf('')).toContain('empty')
  expect(messageOf(Buffer.from([0x50, 0x4b, 3, 4]))).toContain('Excel workbook')
  expect(messageOf(Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0]))).toContain('Excel workbook')
  expect(messageOf('Name,Email,Hired on\r\n')).toContain('headings but no rows')
  expect(messageOf('Name,Email,Hired on,,\r\n,,,,\r\n,,,,\r\n')).toContain('but no rows')
  expect(messageOf('Staff of North Star House\nName,Email,Hired on\n')).toContain(
    'first row must contain the headings',
  )
  expect(messageOf(`Name,Email,Hired on\n${'A,a@x.example,1/1/2025\n'.repeat(20_001)}`)).toContain(
    'more than 20000 rows',
  )
  expect(messageOf(Buffer.from([0, 1, 2, 0]))).toContain('not a text file')
  expect(messageOf('Mai Vang,mai@northstar.example\n')).toContain(
    '“Name” and “Email” and “Hired on” are missing',
  )
  expect(messageOf('Name,Email,Hired on,Email\n')).toContain('Two columns have the heading “Email.”')
  expect(messageOf('Name,Email,Hired on\n"Mai Vang,mai@northstar.example,3/15/2025\n')).toMatch(
    /Near line \d+, a quotation mark/,
  )
})
