import { ReadableDocument } from './readable-document.ts'
import type { Placed } from './typesetting.ts'

/** The three text colors. Each has at least 4.5:1 contrast on white and stays legible in black and white. */
export const inks: Readonly<Record<Placed['color'], string>> = {
  harbor: '#0b3a5b',
  ink: '#1b2733',
  quiet: '#47525e',
}

export const rules = { fine: '#a9b2ba', strong: '#56616d' } as const

export const inkOf = ({ color }: Placed): string => inks[color]

type DocumentSetting = Readonly<{
  title: string
  /** The creation date in the file: the same content and date give the same bytes. */
  at: Date
  landscape?: boolean
  /** The caller adds pages, and can switch back to earlier ones until the end. */
  pagesByHand?: boolean
}>

/** An empty tagged Letter document (PDF/UA), and a promise of its bytes. */
export function openDocument({ title, at, landscape = false, pagesByHand = false }: DocumentSetting) {
  const doc = new ReadableDocument({
    size: 'LETTER',
    layout: landscape ? 'landscape' : 'portrait',
    margin: 0,
    autoFirstPage: !pagesByHand,
    bufferPages: pagesByHand,
    // No default font: PDF/UA needs embedded fonts, and pdfkit doesn't embed the standard ones.
    font: '',
    pdfVersion: '1.7',
    subset: 'PDF/UA',
    tagged: true,
    lang: 'en-US',
    displayTitle: true,
    info: { Title: title, CreationDate: at, ModDate: at },
  } as unknown as PDFKit.PDFDocumentOptions)
  // pdfkit writes a CIDSet where the part is the number 1. It misses the parts of composite letters, such as accents, which
  // breaks ISO 14289-1, 7.21.4.2. The entry is optional, so leave it out.
  Object.assign(doc, { subset: '1' })
  return { doc, bytes: collect(doc) }
}

async function collect(doc: ReadableDocument): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of doc) chunks.push(chunk as Uint8Array)
  return new Uint8Array(Buffer.concat(chunks))
}
