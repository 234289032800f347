import { pipeline, Readable } from 'node:stream'
import { crc32, createDeflateRaw } from 'node:zlib'
import { strToU8, Zip, type ZipInputFile, ZipPassThrough } from 'fflate'

/** A cell: a text, a number, a day as 2026-11-30, or nothing. */
export type Cell = string | number | Readonly<{ day: string }> | null

type Sheet = Readonly<{ name: string; widths: readonly number[]; headings: readonly string[] }>

/**
 * An Excel workbook with one sheet, written row by row, so that its size needs no memory. The first row is bold and frozen
 * and has a filter. Texts are in the cells (`inlineStr`), because a shared table of texts would have to be complete first.
 */
export async function* workbookFile(
  sheet: Sheet,
  rows: Iterable<readonly Cell[]>,
): AsyncGenerator<Uint8Array> {
  const written: Uint8Array[] = []
  const zip = new Zip((error, piece) => {
    if (error) throw error
    written.push(piece)
  })
  for (const [name, text] of Object.entries(partsOf(sheet))) {
    const part = new ZipPassThrough(name)
    zip.add(part)
    part.push(strToU8(text), true)
  }
  const part: ZipInputFile = { filename: sheetPart, size: 0, crc: 0, compression: 8 }
  zip.add(part)
  function* measured() {
    for (const text of sheetXml(sheet, rows)) {
      const bytes = Buffer.from(text)
      part.size += bytes.length
      part.crc = crc32(bytes, part.crc)
      yield bytes
    }
  }
  const deflate = createDeflateRaw()
  // Ends both when one fails, or when the reader goes away.
  pipeline(Readable.from(measured()), deflate, () => {})
  for await (const piece of deflate) {
    part.ondata!(null, piece, false)
    yield* written.splice(0)
  }
  part.ondata!(null, new Uint8Array(), true)
  zip.end()
  yield* written.splice(0)
}

const sheetPart = 'xl/worksheets/sheet1.xml'

function* sheetXml({ widths, headings }: Sheet, rows: Iterable<readonly Cell[]>): Generator<string> {
  const columns = widths.map(
    (width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`,
  )
  yield `${declaration}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${columns.join('')}</cols><sheetData>${rowXml(headings, 1, bold)}`
  let number = 1
  let waiting = ''
  for (const row of rows) {
    waiting += rowXml(row, ++number)
    if (waiting.length < 50_000) continue
    yield waiting
    waiting = ''
  }
  yield `${waiting}</sheetData><autoFilter ref="A1:${letterOf(headings.length)}${number}"/></worksheet>`
}

/** Places in the list of styles. */
const [bold, day] = [1, 2]

const rowXml = (cells: readonly Cell[], number: number, style = 0): string =>
  `<row r="${number}">${cells.map((cell, at) => cellXml(cell, `${letterOf(at + 1)}${number}`, style)).join('')}</row>`

function cellXml(cell: Cell, place: string, style: number): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return `<c r="${place}"><v>${cell}</v></c>`
  if (typeof cell === 'object') return `<c r="${place}" s="${day}"><v>${dayNumber(cell.day)}</v></c>`
  return `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(cell)}</t></is></c>`
}

/** Days are counted from December 30, 1899. */
const dayNumber = (text: string) => (Date.parse(`${text}T00:00:00Z`) - Date.UTC(1899, 11, 30)) / 86_400_000

/** 1 → A, 27 → AA */
const letterOf = (column: number): string =>
  column > 26
    ? letterOf(Math.floor((column - 1) / 26)) + letterOf(((column - 1) % 26) + 1)
    : String.fromCharCode(64 + column)

/** Without the characters that XML doesn't allow at all. */
const escapeXml = (text: string) =>
  text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packageRelations = 'http://schemas.openxmlformats.org/package/2006/relationships'
const kinds = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

const partsOf = ({ name }: Sheet): Readonly<Record<string, string>> => ({
  '[Content_Types].xml': `${declaration}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${kinds}.sheet.main+xml"/><Override PartName="/${sheetPart}" ContentType="${kinds}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${kinds}.styles+xml"/></Types>`,
  '_rels/.rels': `${declaration}<Relationships xmlns="${packageRelations}"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `${declaration}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="${escapeXml(name)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `${declaration}<Relationships xmlns="${packageRelations}"><Relationship Id="rId1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml': `${declaration}<styleSheet xmlns="${main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`,
})
