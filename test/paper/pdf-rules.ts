import * as fontkit from 'fontkit'
import { SaxesParser } from 'saxes'
import { type Dictionary, Name, operatorsOf, PdfObjects, Ref, type Value } from './pdf-objects.ts'

/**
 * The requirements of ISO 19005-3 (PDF/A-3, level B) and ISO 14289-1 (PDF/UA-1) that our documents can break, each checked in the
 * bytes of the file. docs/certificates.md lists them; a test holds the two lists equal.
 */
export const rules = {
  'A 6.1.2': 'The header names PDF 1.7, and a comment of four bytes above 127 follows it',
  'A 6.1.3': 'The trailer has an ID, the file is not encrypted, and nothing follows its end',
  'A 6.1.7': 'Every stream has the length that it names, is in this file and is not compressed with LZW',
  'A 6.2.2': 'The output intent is an embedded RGB profile, and all colors are RGB or gray',
  'A 6.2.11.3': 'Composite fonts use Identity-H and an identity map to glyphs',
  'A 6.2.11.4': 'Every font is embedded, and each drawn glyph is in it',
  'A 6.2.11.5': 'The width of each drawn glyph is the one in its font, to one thousandth',
  'A 6.2.11.8': 'The glyph for missing characters is never drawn',
  'A 6.3.2': 'Annotations are printed and not hidden',
  'A 6.5': 'No scripts, forms or actions but links to web addresses',
  'A 6.6.2': 'The metadata is well-formed XMP, not compressed, and names part 3, level B',
  'A 6.6.2.3': 'Terms that PDF/A does not know are described',
  'A 6.8': 'Attached files have a name, a media type, a date and a relationship, and belong to the document',
  'UA 5': 'The metadata names PDF/UA part 1',
  'UA 7.1':
    'All content is tagged or an artifact, the title is shown, and the structure tree has a parent for each tag',
  'UA 7.2': 'The language of the text is named',
  'UA 7.3': 'Figures have an alternative text',
  'UA 7.4': 'Headings skip no level',
  'UA 7.5': 'Table headings name their scope, and all rows have as many cells',
  'UA 7.18': 'Links are tagged and described, and the tab order follows the structure',
  'UA 7.21.4.2': 'No font has a set of glyphs (CIDSet)',
  'UA 7.21.7': 'Each drawn glyph has its text',
} as const

type Rule = keyof typeof rules

/** The broken rules with what breaks them. */
export function faultsOf(bytes: Uint8Array): readonly string[] {
  const file = Buffer.from(bytes)
  const pdf = new PdfObjects(file)
  const faults: string[] = []
  const hold = (rule: Rule, isKept: boolean, what = '') => {
    if (!isKept) faults.push(`${rule} ${rules[rule]}${what && `: ${what}`}`)
  }
  const root = pdf.dictionary(pdf.trailer.get('Root'))
  checkFile(file, pdf, hold)
  checkMetadata(pdf, root, hold)
  checkAttachments(pdf, root, hold)
  checkPages(pdf, root, hold)
  checkStructure(pdf, root, hold)
  return [...new Set(faults)]
}

type Hold = (rule: Rule, isKept: boolean, what?: string) => void

function checkFile(file: Buffer, pdf: PdfObjects, hold: Hold): void {
  const [header, comment] = [file.subarray(0, 9).toString('latin1'), file.subarray(9, 15)]
  hold(
    'A 6.1.2',
    header === '%PDF-1.7\n' && comment[0] === 0x25 && comment.subarray(1, 5).every((byte) => byte > 127),
  )
  hold('A 6.1.3', pdf.array(pdf.trailer.get('ID')).length === 2 && !pdf.trailer.has('Encrypt'))
  for (const { dictionary } of pdf.streams())
    hold('A 6.1.7', !dictionary.has('F') && pdf.name(dictionary.get('Filter')) !== 'LZWDecode')
}

function checkMetadata(pdf: PdfObjects, root: Dictionary, hold: Hold): void {
  const stream = pdf.dictionary(root.get('Metadata'))
  hold('A 6.6.2', stream.size > 0 && !stream.has('Filter'), 'it is missing or compressed')
  const text = stream.size > 0 ? pdf.content(root.get('Metadata')).toString('utf8') : ''
  let values = new Map<string, string>()
  try {
    values = propertiesOf(text)
  } catch (error) {
    hold('A 6.6.2', false, (error as Error).message)
  }
  hold('A 6.6.2', values.get('pdfaid:part') === '3' && values.get('pdfaid:conformance') === 'B')
  hold('UA 5', values.get('pdfuaid:part') === '1')
  hold('A 6.6.2.3', values.get('pdfaSchema:namespaceURI') === 'http://www.aiim.org/pdfua/ns/id/')
  const info = pdf.dictionary(pdf.trailer.get('Info'))
  const told = (key: string) => textOf(pdf.of(info.get(key)))
  hold('A 6.6.2', values.get('dc:title') === told('Title'), 'its title is another one than the file’s')
  const created = told('CreationDate').replace(/\D/g, '')
  hold('A 6.6.2', values.get('xmp:CreateDate')?.replace(/\D/g, '') === created, 'its date is another one')
  hold('UA 7.1', Boolean(values.get('dc:title')), 'there is no title')
  const viewer = pdf.dictionary(root.get('ViewerPreferences'))
  hold('UA 7.1', viewer.get('DisplayDocTitle') === true, 'the title is not shown')
  hold('UA 7.2', textOf(pdf.of(root.get('Lang'))) === 'en-US')
  hold(
    'A 6.5',
    !root.has('OpenAction') && !root.has('AA') && !root.has('AcroForm') && !text.includes('JavaScript'),
  )
}

/** The text of each XMP property. Throws where the XML is broken. */
function propertiesOf(xml: string): Map<string, string> {
  const found = new Map<string, string>()
  const open: string[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name }) => open.push(name))
  parser.on('closetag', () => open.pop())
  parser.on('text', (text) => {
    const property = open.findLast((name) => !name.startsWith('rdf:'))
    if (property && text.trim()) found.set(property, (found.get(property) ?? '') + text)
  })
  parser.write(xml).close()
  return found
}

function textOf(value: Value): string {
  if (!Buffer.isBuffer(value)) return ''
  return value[0] === 0xfe && value[1] === 0xff
    ? Buffer.from(value.subarray(2)).swap16().toString('utf16le')
    : value.toString('latin1')
}

function checkAttachments(pdf: PdfObjects, root: Dictionary, hold: Hold): void {
  const associated = pdf.array(root.get('AF'))
  const files = pdf
    .all()
    .filter(([, value]) => value instanceof Map && pdf.name(value.get('Type')) === 'Filespec')
  for (const [number, value] of files) {
    const spec = value as Dictionary
    const stream = pdf.dictionary(pdf.dictionary(spec.get('EF')).get('F'))
    const isWhole =
      ['F', 'UF', 'AFRelationship', 'Desc'].every((key) => spec.has(key)) &&
      /^\w+\/[\w.+-]+$/.test(pdf.name(stream.get('Subtype')) ?? '') &&
      pdf.dictionary(stream.get('Params')).has('ModDate')
    hold('A 6.8', isWhole && associated.some((one) => one instanceof Ref && one.number === number))
  }
}

type Font = Readonly<{
  program: fontkit.Font
  widths: readonly Value[]
  toUnicode: ReadonlyMap<number, string>
}>

function checkPages(pdf: PdfObjects, root: Dictionary, hold: Hold): void {
  const [intent] = pdf.array(root.get('OutputIntents'))
  const profile = pdf.dictionary(intent).get('DestOutputProfile')
  const isRgb = profile !== undefined && pdf.content(profile).subarray(16, 20).toString() === 'RGB '
  hold(
    'A 6.2.2',
    isRgb &&
      pdf.dictionary(profile).get('N') === 3 &&
      pdf.name(pdf.dictionary(intent).get('S')) === 'GTS_PDFA1',
  )
  const fonts = new Map<number, Font | null>()
  const fontOf = (value: Value | undefined) => {
    if (!(value instanceof Ref)) return null
    if (!fonts.has(value.number)) fonts.set(value.number, readFont(pdf, pdf.dictionary(value), hold))
    return fonts.get(value.number) ?? null
  }
  for (const page of pagesOf(pdf, root.get('Pages'))) {
    const resources = pdf.dictionary(pdf.dictionary(page.get('Resources')).get('Font'))
    for (const font of resources.values()) fontOf(font)
    const contents = page.get('Contents')
    checkContent(pdf.content(contents), (name) => fontOf(resources.get(name)), hold)
    const annotations = pdf.array(page.get('Annots'))
    hold('UA 7.18', pdf.name(page.get('Tabs')) === 'S', 'the tab order is not the structure’s')
    for (const one of annotations) checkAnnotation(pdf, pdf.dictionary(one), hold)
  }
}

function pagesOf(pdf: PdfObjects, node: Value | undefined): readonly Dictionary[] {
  const found = pdf.dictionary(node)
  return pdf.name(found.get('Type')) === 'Page'
    ? [found]
    : pdf.array(found.get('Kids')).flatMap((kid) => pagesOf(pdf, kid))
}

function checkAnnotation(pdf: PdfObjects, annotation: Dictionary, hold: Hold): void {
  const flags = Number(pdf.of(annotation.get('F')) ?? 0)
  hold('A 6.3.2', (flags & 0b100) !== 0 && (flags & 0b100011) === 0)
  const action = pdf.dictionary(annotation.get('A'))
  hold('A 6.5', pdf.name(annotation.get('Subtype')) === 'Link' && pdf.name(action.get('S')) === 'URI')
  hold('UA 7.18', annotation.has('StructParent') && textOf(pdf.of(annotation.get('Contents'))) !== '')
}

function readFont(pdf: PdfObjects, font: Dictionary, hold: Hold): Font | null {
  const [first] = pdf.array(font.get('DescendantFonts'))
  const descendant = pdf.dictionary(first)
  const descriptor = pdf.dictionary(descendant.get('FontDescriptor'))
  const file = descriptor.get('FontFile2')
  const name = pdf.name(font.get('BaseFont')) ?? ''
  hold(
    'A 6.2.11.3',
    pdf.name(font.get('Encoding')) === 'Identity-H' && pdf.name(descendant.get('CIDToGIDMap')) === 'Identity',
    name,
  )
  hold('A 6.2.11.4', file !== undefined, name)
  hold('UA 7.21.4.2', !descriptor.has('CIDSet'), name)
  hold('UA 7.21.7', font.has('ToUnicode'), name)
  if (file === undefined || !font.has('ToUnicode')) return null
  const [, widths] = pdf.array(descendant.get('W'))
  return {
    program: fontkit.create(pdf.content(file)) as fontkit.Font,
    widths: pdf.array(widths),
    toUnicode: unicodeOf(pdf.content(font.get('ToUnicode')).toString('latin1')),
  }
}

/** The text of each glyph in a CMap of ranges with lists. */
function unicodeOf(cmap: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>()
  for (const [, from, list] of cmap.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/gi))
    for (const [index, entry] of [...list!.matchAll(/<([0-9a-f ]*)>/gi)].entries()) {
      const bytes = Buffer.from(entry[1]!.replaceAll(' ', ''), 'hex')
      found.set(parseInt(from!, 16) + index, bytes.swap16().toString('utf16le'))
    }
  return found
}

const painting = new Set(['S', 's', 'f', 'F', 'f*', 'B', 'B*', 'b', 'b*', 'sh', 'Do', 'EI'])
const showing = new Set(['Tj', 'TJ', "'", '"'])

function checkContent(content: Buffer, fontOf: (name: string) => Font | null, hold: Hold): void {
  const open: boolean[] = []
  let font: Font | null = null
  for (const { operator, operands } of operatorsOf(content)) {
    const [first, second] = operands
    if (operator === 'BDC' || operator === 'BMC') {
      const tag = first instanceof Name ? first.name : ''
      const isMarked = tag === 'Artifact' || (second instanceof Map && second.has('MCID'))
      open.push(isMarked || open.includes(true))
    } else if (operator === 'EMC') open.pop()
    else if (operator === 'Tf' && first instanceof Name) font = fontOf(first.name)
    else if (painting.has(operator))
      hold('UA 7.1', open.includes(true), `${operator} is neither tagged nor an artifact`)
    else if (['k', 'K', 'cs', 'CS', 'scn', 'SCN'].includes(operator))
      hold(
        'A 6.2.2',
        !/^[kK]$/.test(operator) && (!(first instanceof Name) || /^Device(RGB|Gray)$/.test(first.name)),
      )
    if (!showing.has(operator)) continue
    hold('UA 7.1', open.includes(true), 'text is neither tagged nor an artifact')
    for (const part of Array.isArray(first) ? first : [first])
      if (Buffer.isBuffer(part) && font) checkGlyphs(part, font, hold)
  }
  hold('UA 7.1', open.length === 0, 'marked content is left open')
}

function checkGlyphs(shown: Buffer, { program, widths, toUnicode }: Font, hold: Hold): void {
  for (let at = 0; at < shown.length; at += 2) {
    const id = shown.readUInt16BE(at)
    hold('A 6.2.11.8', id !== 0)
    hold('A 6.2.11.4', id < program.numGlyphs, `glyph ${id}`)
    if (id >= program.numGlyphs) continue
    const width = (program.getGlyph(id).advanceWidth * 1000) / program.unitsPerEm
    hold('A 6.2.11.5', Math.abs(width - Number(widths[id])) <= 1, `glyph ${id} of ${program.postscriptName}`)
    const text = toUnicode.get(id) ?? ''
    hold(
      'UA 7.21.7',
      text !== '' && !/[\0\ufeff\ufffe]/.test(text),
      `glyph ${id} of ${program.postscriptName}`,
    )
  }
}

function checkStructure(pdf: PdfObjects, root: Dictionary, hold: Hold): void {
  hold('UA 7.1', pdf.dictionary(root.get('MarkInfo')).get('Marked') === true, 'it is not marked as tagged')
  const tree = pdf.dictionary(root.get('StructTreeRoot'))
  hold('UA 7.1', tree.has('ParentTree') && tree.has('K'), 'there is no structure tree')
  let lastLevel = 0
  const visit = (node: Value): void => {
    const element = pdf.dictionary(node)
    const role = pdf.name(element.get('S'))
    if (!role) return
    if (role === 'Figure') hold('UA 7.3', textOf(pdf.of(element.get('Alt'))) !== '')
    const level = /^H([1-6])$/.exec(role)
    if (level) {
      hold('UA 7.4', Number(level[1]) <= lastLevel + 1, `${role} after H${lastLevel}`)
      lastLevel = Number(level[1])
    }
    if (role === 'Table') checkTable(pdf, element, hold)
    for (const kid of kidsOf(pdf, element)) visit(kid)
  }
  for (const kid of kidsOf(pdf, tree)) visit(kid)
}

function kidsOf(pdf: PdfObjects, element: Dictionary): readonly Value[] {
  const kids = pdf.of(element.get('K'))
  return Array.isArray(kids) ? kids : kids === null ? [] : [element.get('K')!]
}

function checkTable(pdf: PdfObjects, table: Dictionary, hold: Hold): void {
  const rows = kidsOf(pdf, table)
    .map((kid) => pdf.dictionary(kid))
    .filter((kid) => pdf.name(kid.get('S')) === 'TR')
  const cells = rows.map((row) => kidsOf(pdf, row).map((cell) => pdf.dictionary(cell)))
  hold(
    'UA 7.5',
    cells.every((row) => row.length === cells[0]?.length),
    'rows differ in length',
  )
  for (const cell of cells.flat()) {
    if (pdf.name(cell.get('S')) !== 'TH') continue
    const attributes = pdf.of(cell.get('A'))
    const all = Array.isArray(attributes) ? attributes : [cell.get('A') ?? null]
    hold(
      'UA 7.5',
      all.some((one) => pdf.dictionary(one).has('Scope')),
      'a heading has no scope',
    )
  }
}
