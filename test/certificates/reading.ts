import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'

type Node = { role?: string; alt?: string; children?: readonly Node[] }

export type Reading = Readonly<{
  pages: number
  language: string | null
  title: unknown
  isTagged: boolean
  text: string
  /** Roles in reading order, `Document/H1` and so on. */
  roles: readonly string[]
  /** Alternative and actual texts of structure elements, in reading order. */
  alternatives: readonly string[]
  links: readonly string[]
}>

/** A PDF as a PDF reader sees it: text and links of its first page, structure of all. */
export async function readPdf(bytes: Uint8Array): Promise<Reading> {
  const task = getDocument({ data: bytes.slice(), useSystemFonts: false, verbosity: 0 })
  const document = await task.promise
  const page = await document.getPage(1)
  const { items } = await page.getTextContent()
  const trees: Node[] = []
  for (let number = 1; number <= document.numPages; number++)
    trees.push((await (await document.getPage(number)).getStructTree()) as Node)
  const { info } = await document.getMetadata()
  const marked = await document.getMarkInfo()
  const nodes = trees.flatMap(all)
  const annotations = await page.getAnnotations()
  const reading = {
    pages: document.numPages,
    language: (info as { Language?: string }).Language ?? null,
    title: (info as { Title?: string }).Title,
    isTagged: (marked as unknown as Map<string, boolean>).get('Marked') === true,
    text: textOf(items),
    roles: nodes.flatMap(({ role }) => (role ? [role] : [])),
    alternatives: nodes.flatMap(({ alt }) => (alt ? [alt] : [])),
    links: annotations.flatMap(({ url }) => (url ? [url as string] : [])),
  }
  await task.destroy()
  return reading
}

/** The text of every page, one line per page. */
export async function pageTexts(bytes: Uint8Array): Promise<string[]> {
  const task = getDocument({ data: bytes.slice(), useSystemFonts: false, verbosity: 0 })
  const document = await task.promise
  const texts: string[] = []
  for (let number = 1; number <= document.numPages; number++)
    texts.push(textOf((await (await document.getPage(number)).getTextContent()).items))
  await task.destroy()
  return texts
}

type Printed = Readonly<{ page: number; text: string; left: number; right: number; baseline: number }>

/** Every piece of text with its position, in points from the lower left corner. */
export async function printedPieces(bytes: Uint8Array): Promise<Printed[]> {
  const task = getDocument({ data: bytes.slice(), useSystemFonts: false, verbosity: 0 })
  const document = await task.promise
  const pieces: Printed[] = []
  for (let page = 1; page <= document.numPages; page++)
    for (const item of (await (await document.getPage(page)).getTextContent()).items) {
      if (!('str' in item) || item.str.trim() === '') continue
      const [, , , , left, baseline] = item.transform as number[]
      pieces.push({ page, text: item.str, left: left!, right: left! + item.width, baseline: baseline! })
    }
  await task.destroy()
  return pieces
}

function textOf(items: readonly (object & { str?: string; hasEOL?: boolean })[]): string {
  return items
    .map(({ str = '', hasEOL }) => str + (hasEOL ? '\n' : ''))
    .join('')
    .replace(/\s+/g, ' ')
}

function all(node: Node | null): readonly Node[] {
  return node ? [node, ...(node.children ?? []).flatMap(all)] : []
}
