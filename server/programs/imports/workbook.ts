import { stringify } from 'csv-stringify/sync'
import { strFromU8, unzipSync } from 'fflate'
import { SaxesParser } from 'saxes'

/** Larger than any real roster is inside; a file that claims more isn't opened. */
const mostInside = 60_000_000
/** One row more than a file may have, and the headings, so that the reader of the rows says what is too much. */
const mostRows = 20_002
const mostColumns = 100

export type OpenedWorkbook =
  | Readonly<{ kind: 'csv'; text: string }>
  | Readonly<{ kind: 'unreadable'; message: string }>

/** Excel workbooks, whatever their name: ZIP files, or the Office format from before 2007. */
export const isWorkbook = (bytes: Uint8Array): boolean =>
  ['504b', 'd0cf'].includes(Buffer.from(bytes.subarray(0, 2)).toString('hex'))

/**
 * The first visible sheet of an .xlsx file as CSV, with its rows on the same lines. Dates are written 2025-03-15. Run it in
 * a thread: what is inside may be made to be slow.
 */
export function workbookCsv(bytes: Uint8Array, most = mostInside): OpenedWorkbook {
  const unreadable = (message: string): OpenedWorkbook => ({ kind: 'unreadable', message })
  if (Buffer.from(bytes.subarray(0, 2)).toString('hex') === 'd0cf')
    return unreadable(
      'This workbook is in the format from before 2007, or it has a password. Save it as .xlsx without a password, or as CSV.',
    )
  try {
    const files = partsOf(bytes, most)
    if (!files) return unreadable('This workbook is too large inside. Save the sheet as CSV and upload that.')
    const sheet = findSheet(files)
    if (!sheet) return unreadable('This is not an Excel workbook. Upload an .xlsx or a CSV file.')
    const rows = readRows(sheet.xml, {
      texts: sharedTexts(files('xl/sharedStrings.xml')),
      dates: dateStyles(files('xl/styles.xml')),
      is1904: sheet.is1904,
    })
    if (!rows) return unreadable('This sheet has more than 20,000 rows. Split it and upload the parts.')
    return { kind: 'csv', text: stringify(rows as string[][]) }
  } catch {
    return unreadable('This workbook can’t be opened. Save it again as .xlsx, or save the sheet as CSV.')
  }
}

type Parts = (name: string) => string

/** The parts that matter, or null where they would take too much room. The sizes are those that the file claims, and no part can outgrow its own. */
function partsOf(bytes: Uint8Array, most: number): Parts | null {
  let total = 0
  const inside = unzipSync(bytes, {
    filter: ({ name, originalSize }) => {
      if (
        !/^xl\/(?:workbook\.xml|_rels\/workbook\.xml\.rels|sharedStrings\.xml|styles\.xml|worksheets\/[^/]+\.xml)$/.test(
          name,
        )
      )
        return false
      total += originalSize
      return total <= most
    },
  })
  return total > most ? null : (name) => (inside[name] ? strFromU8(inside[name]) : '')
}

type Tag = Readonly<{ name: string; attributes: Readonly<Record<string, string>> }>

/** Reads XML element by element. Names come without their prefix. */
function read(
  xml: string,
  on: Readonly<{ open?: (tag: Tag) => void; text?: (text: string) => void; close?: (name: string) => void }>,
): void {
  const local = (name: string) => name.slice(name.indexOf(':') + 1)
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) =>
    on.open?.({ name: local(name), attributes: attributes as Record<string, string> }),
  )
  parser.on('text', (text) => on.text?.(text))
  parser.on('closetag', ({ name }) => on.close?.(local(name)))
  if (xml) parser.write(xml).close()
}

function findSheet(files: Parts): Readonly<{ xml: string; is1904: boolean }> | null {
  let is1904 = false
  let id = ''
  read(files('xl/workbook.xml'), {
    open: ({ name, attributes }) => {
      if (name === 'workbookPr') is1904 = ['1', 'true'].includes(attributes.date1904 ?? '')
      const isShown = (attributes.state ?? 'visible') === 'visible'
      if (name === 'sheet' && isShown && id === '') id = attributes['r:id'] ?? attributes.id ?? ''
    },
  })
  let target = ''
  read(files('xl/_rels/workbook.xml.rels'), {
    open: ({ name, attributes }) => {
      if (name === 'Relationship' && attributes.Id === id) target = attributes.Target ?? ''
    },
  })
  const xml = files(target.startsWith('/') ? target.slice(1) : `xl/${target}`)
  return xml ? { xml, is1904 } : null
}

/** The texts that cells point to. Readings of Japanese characters are left out. */
function sharedTexts(xml: string): readonly string[] {
  const texts: string[] = []
  let isText = false
  let isReading = false
  read(xml, {
    open: ({ name }) => {
      if (name === 'si') texts.push('')
      if (name === 'rPh') isReading = true
      isText = name === 't' && !isReading
    },
    text: (text) => {
      if (isText) texts[texts.length - 1] += text
    },
    close: (name) => {
      if (name === 'rPh') isReading = false
      isText = false
    },
  })
  return texts
}

/** Whether each cell style shows a number as a date. */
function dateStyles(xml: string): readonly boolean[] {
  const custom = new Map<string, boolean>()
  const styles: boolean[] = []
  let isCellStyle = false
  read(xml, {
    open: ({ name, attributes }) => {
      if (name === 'numFmt') custom.set(attributes.numFmtId ?? '', isDateFormat(attributes.formatCode ?? ''))
      if (name === 'cellXfs') isCellStyle = true
      const id = attributes.numFmtId ?? ''
      if (name === 'xf' && isCellStyle) styles.push(custom.get(id) ?? builtInDates.has(Number(id)))
    },
    close: (name) => {
      if (name === 'cellXfs') isCellStyle = false
    },
  })
  return styles
}

const builtInDates = new Set([14, 15, 16, 17, 22, ...[27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58]])

const isDateFormat = (code: string): boolean =>
  /[dy]/i.test(code.replaceAll(/"[^"]*"|\[[^\]]*\]|\\./g, '').replace(/General/i, ''))

type Reading = Readonly<{ texts: readonly string[]; dates: readonly boolean[]; is1904: boolean }>

function readRows(xml: string, reading: Reading): readonly (readonly string[])[] | null {
  const rows: string[][] = []
  let row: string[] | null = null
  let cell: Readonly<{ column: number; type: string; style: number }> | null = null
  let value = ''
  let isValue = false
  let isTooLong = false
  read(xml, {
    open: ({ name, attributes }) => {
      if (name === 'row') {
        const line = Number(attributes.r ?? rows.length + 1)
        // A row far below may only have a color.
        while (rows.length < Math.min(line, mostRows)) rows.push([''])
        row = line <= mostRows ? rows[line - 1]! : null
      } else if (name === 'c') {
        const column = attributes.r ? columnOf(attributes.r) : (row?.length ?? 0)
        cell = { column, type: attributes.t ?? 'n', style: Number(attributes.s ?? 0) }
        value = ''
      }
      isValue = name === 'v' || name === 't'
    },
    text: (text) => {
      if (isValue) value += text
    },
    close: (name) => {
      isValue = false
      if (name !== 'c' || !cell || value === '' || cell.column >= mostColumns) return
      if (!row) {
        isTooLong = true
        return
      }
      while (row.length < cell.column) row.push('')
      row[cell.column] = cellText(value, cell, reading)
    },
  })
  return isTooLong ? null : rows
}

/** 'AB12' is in column 27, counted from 0. */
function columnOf(reference: string): number {
  let column = 0
  for (const letter of reference.replace(/\d+$/, '').toUpperCase())
    column = column * 26 + letter.charCodeAt(0) - 64
  return column - 1
}

function cellText(
  value: string,
  { type, style }: Readonly<{ type: string; style: number }>,
  reading: Reading,
): string {
  if (type === 's') return oneLine(reading.texts[Number(value)] ?? '')
  if (type === 'b') return value === '1' ? 'yes' : 'no'
  // ISO dates, as some programs write them.
  if (type === 'd') return value.slice(0, 10)
  if (type !== 'n') return oneLine(value)
  const number = Number(value)
  if (reading.dates[style] && number >= 1 && number < 2_958_466) return dayOfSerial(number, reading.is1904)
  return Number.isFinite(number) ? String(number) : value
}

/** A day as spreadsheets count them: from the end of 1899, or from 1904. */
const dayOfSerial = (serial: number, is1904: boolean): string =>
  new Date(Date.UTC(is1904 ? 1904 : 1899, is1904 ? 0 : 11, is1904 ? 1 : 30) + Math.floor(serial) * 86_400_000)
    .toISOString()
    .slice(0, 10)

/** A line break would move the lines of the rows below. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ')
