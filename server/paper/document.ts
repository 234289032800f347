import { documentMetadata } from './metadata.ts'
import type { ReadableDocument } from './readable-document.ts'
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

/**
 * An empty tagged Letter document (PDF/A-3b and PDF/UA-1), and a promise of its bytes. The PDF library is loaded with the
 * first one: it takes 15 MB.
 */
export async function openDocument({ title, at, landscape = false, pagesByHand = false }: DocumentSetting) {
  const { ReadableDocument } = await import('./readable-document.ts')
  const doc = new ReadableDocument({
    size: 'LETTER',
    layout: landscape ? 'landscape' : 'portrait',
    margin: 0,
    autoFirstPage: !pagesByHand,
    bufferPages: pagesByHand,
    // No default font: PDF/UA needs embedded fonts, and pdfkit doesn't embed the standard ones.
    font: '',
    pdfVersion: '1.7',
    subset: 'PDF/A-3b',
    tagged: true,
    lang: 'en-US',
    displayTitle: true,
    info: { Title: title, CreationDate: at, ModDate: at },
  } as unknown as PDFKit.PDFDocumentOptions)
  // pdfkit describes a file as one standard only, and writes titles into XML as they are.
  Object.assign(doc, { _addInfo: () => doc.appendXML(documentMetadata(title, at, doc.info)) })
  return { doc, bytes: collect(doc) }
}

async function collect(doc: ReadableDocument): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of doc) chunks.push(chunk as Uint8Array)
  return new Uint8Array(Buffer.concat(chunks))
}
