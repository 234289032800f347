import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'

type Node = { role?: string; children?: readonly Node[] }
type Box = Readonly<{ left: number; right: number; top: number; bottom: number }>

export type PaperReading = Readonly<{
  language: string | null
  title: unknown
  isTagged: boolean
  /** Of all pages, in the order in which they are read; without spaces, which lines end differently on paper. */
  letters: string
  /** `H1`, `P`, `L` and so on, in reading order. */
  roles: readonly string[]
  pages: readonly Readonly<{ width: number; height: number; boxes: readonly Box[] }>[]
  links: readonly string[]
}>

/** A PDF as a PDF reader sees it, with the position of each text run and link. */
export async function readPaper(bytes: Uint8Array): Promise<PaperReading> {
  const task = getDocument({ data: Uint8Array.from(bytes), useSystemFonts: false, verbosity: 0 })
  const document = await task.promise
  const { info } = await document.getMetadata()
  const marked = await document.getMarkInfo()
  const letters: string[] = []
  const roles: string[] = []
  const links: string[] = []
  const pages: PaperReading['pages'][number][] = []
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number)
    const { width, height } = page.getViewport({ scale: 1 })
    const boxes: Box[] = []
    const open: string[] = []
    for (const item of (await page.getTextContent({ includeMarkedContent: true })).items) {
      if (!('str' in item)) {
        if (item.type === 'endMarkedContent') open.pop()
        else open.push((item as { tag?: string }).tag ?? '')
        continue
      }
      // Repeated page content, such as the page number, is not read aloud.
      if (!open.includes('Artifact')) letters.push(item.str)
      const [, , , size, left, bottom] = item.transform as [number, number, number, number, number, number]
      boxes.push({ left, right: left + item.width, bottom, top: bottom + size })
    }
    for (const { url, rect } of await page.getAnnotations()) {
      links.push(url as string)
      const [left, bottom, right, top] = rect as [number, number, number, number]
      boxes.push({ left, right, bottom, top })
    }
    roles.push(...all((await page.getStructTree()) as Node).flatMap(({ role }) => role ?? []))
    pages.push({ width, height, boxes })
  }
  await task.destroy()
  return {
    language: (info as { Language?: string }).Language ?? null,
    title: (info as { Title?: string }).Title,
    isTagged: (marked as unknown as Map<string, boolean>).get('Marked') === true,
    letters: letters.join('').replace(/\s+/g, ''),
    roles,
    pages,
    links,
  }
}

function all(node: Node | null): readonly Node[] {
  return node ? [node, ...(node.children ?? []).flatMap(all)] : []
}

/** Words of a page that the paper does not have in the same order; numbers of a list may stand between two of them. */
export function wordsMissing(words: readonly string[], letters: string): string[] {
  const missing: string[] = []
  let at = 0
  for (const word of words) {
    const found = letters.indexOf(word, at)
    if (found === -1 || found > at + 3) missing.push(word)
    else at = found + word.length
  }
  return missing
}
