import { type ChildNode, type Element, isTag, isText } from 'domhandler'
import { findAll, getAttributeValue } from 'domutils'
import { parseDocument } from 'htmlparser2'
import type { Client } from '#test/support/app.ts'

type CrawledPage = Readonly<{ address: string; runTogether: readonly string[] }>

type Crawl = Readonly<{
  pages: readonly CrawledPage[]
  /** "404 /courses/x, from /job-aids": links that lead nowhere, and parts of a page that aren't there. */
  dead: readonly string[]
}>

// Lists can be filtered, sorted and paged in thousands of combinations. Each path is opened with this many of them.
const addressesOfOnePath = 12

/** Follows every link that one person can see, from the first page on. */
export async function crawl(client: Client): Promise<Crawl> {
  const pages: CrawledPage[] = []
  const dead: string[] = []
  const parts = new Map<string, ReadonlySet<string>>()
  const wanted: Readonly<{ address: string; part: string; from: string }>[] = []
  const seen = new Set(['/'])
  const ofPath = new Map<string, number>()
  const left = [{ address: '/', from: 'the start' }]
  for (let next = left.shift(); next; next = left.shift()) {
    const { address, from } = next
    const answer = await client.get(address)
    const type = String(answer.headers['content-type'] ?? '')
    if (answer.statusCode >= 400) dead.push(`${answer.statusCode} ${address}, from ${from}`)
    if (answer.statusCode >= 300 && answer.statusCode < 400)
      enqueue(String(answer.headers.location), address, address)
    if (answer.statusCode !== 200 || !type.includes('text/html')) continue
    const { children } = parseDocument(answer.body)
    pages.push({ address, runTogether: touchingWords(children) })
    const elements = findAll(() => true, children)
    parts.set(address, new Set(elements.flatMap((one) => getAttributeValue(one, 'id') ?? [])))
    for (const href of elements.flatMap(linkOf)) enqueue(href, address, address)
  }
  for (const { address, part, from } of wanted)
    if (parts.has(address) && !parts.get(address)?.has(part))
      dead.push(`no #${part} in ${address}, from ${from}`)
  return { pages, dead }

  function enqueue(href: string, base: string, from: string) {
    const url = new URL(href, `http://own.example${base}`)
    if (url.host !== 'own.example' || !url.protocol.startsWith('http')) return
    const address = `${url.pathname}${url.search}`
    if (url.hash.length > 1) wanted.push({ address, part: decodeURIComponent(url.hash.slice(1)), from })
    const count = ofPath.get(url.pathname) ?? 0
    if (seen.has(address) || count >= addressesOfOnePath) return
    seen.add(address)
    ofPath.set(url.pathname, count + 1)
    left.push({ address, from })
  }
}

/** Where a link or an address for htmx leads. What a form sends is not followed. */
const linkOf = (element: Element): readonly string[] =>
  ['href', 'hx-get'].flatMap((name) => getAttributeValue(element, name) ?? [])

/** Where two words touch because only the layout keeps them apart: "14|cleared". */
export const wordsRunTogether = (body: string): readonly string[] =>
  touchingWords(parseDocument(body).children)

function touchingWords(page: readonly ChildNode[]): readonly string[] {
  const found: string[] = []
  let before = ''
  let between = 0
  const visit = (nodes: readonly ChildNode[]) => {
    for (const node of nodes) {
      if (isText(node)) {
        const touching =
          between > 0 && /[\p{L}\p{N}.,;:!?”)%]$/u.test(before) && /^[\p{L}\p{N}“(]/u.test(node.data)
        if (touching) found.push(`${before.slice(-30)}|${node.data.slice(0, 30)}`)
        if (node.data !== '') [before, between] = [node.data, 0]
      } else if (isTag(node)) {
        if (silent.has(node.name)) continue
        const parts = revisions.has(node.name) ? 0 : 1
        between += parts
        if (spaced.has(node.name)) before = ' '
        visit(node.children)
        if (spaced.has(node.name)) before = ' '
        between += parts
      }
    }
  }
  visit(page)
  return found
}

const silent = new Set(['script', 'style', 'svg', 'head', 'option', 'template'])
/** They mark a change in running text, and may begin within a word. */
const revisions = new Set(['ins', 'del'])
/** A reader without layout still ends a line here. */
const spaced = new Set(['br', 'input', 'progress', 'select', 'textarea', 'hr', 'img', 'wbr'])
