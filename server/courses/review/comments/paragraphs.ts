import { createHash } from 'node:crypto'
import render from 'dom-serializer'
import { type ChildNode, Element, type ParentNode } from 'domhandler'
import { appendChild, prependChild, textContent } from 'domutils'
import { parseDocument } from 'htmlparser2'
import type { Exercise } from '#server/courses/catalogue/question-types.ts'

/** A paragraph, heading, list item or cell of a lesson. The same text has the same anchor. */
export type Paragraph = Readonly<{ anchor: string; text: string }>

const blocks = new Set(['p', 'li', 'h2', 'h3', 'h4', 'td', 'th', 'figcaption', 'dt', 'dd', 'details'])
/** Elements without paragraphs to comment on: drawings, the end of the lesson, other pieces. */
const left = new Set(['svg', 'form', 'nav', 'summary'])

/** The paragraphs of a lesson's text in reading order. */
export const paragraphsOf = (html: string): readonly Paragraph[] =>
  leaves(parseDocument(html)).map((leaf) => paragraphOf(leaf))

/** Adds an id and the inline HTML from `after` to each paragraph. */
export function withParagraphs(html: string, after: (paragraph: Paragraph) => string): string {
  const document = parseDocument(html)
  const seen = new Set<string>()
  for (const leaf of leaves(document)) {
    const paragraph = paragraphOf(leaf)
    if (!seen.has(paragraph.anchor)) {
      const id = `p-${paragraph.anchor}`
      // A heading keeps its id, because the course links to it.
      if (leaf.attribs.id) prependChild(leaf, new Element('span', { id }))
      else leaf.attribs.id = id
    }
    seen.add(paragraph.anchor)
    for (const node of [...parseDocument(after(paragraph)).children]) appendChild(leaf, node)
  }
  return render(document, { encodeEntities: 'utf8' })
}

function leaves(parent: ParentNode): Element[] {
  return parent.children.flatMap((node: ChildNode): Element[] => {
    if (!(node instanceof Element) || left.has(node.name) || isNote(node)) return []
    const inner = leaves(node)
    return inner.length === 0 && blocks.has(node.name) && words(node) !== '' ? [node] : inner
  })
}

const isNote = ({ attribs }: Element) => /\blesson-(term-note|sources|label)\b/.test(attribs.class ?? '')

const words = (node: Element) => textContent(node).replaceAll(/\s+/g, ' ').trim()

const paragraphOf = (leaf: Element): Paragraph => anchored(words(leaf), words(leaf))

const anchored = (key: string, text: string): Paragraph => ({
  anchor: createHash('sha256').update(key).digest('hex').slice(0, 12),
  text,
})

/** An exercise's question as a paragraph to comment on. Includes the id, because questions can repeat. */
export const exerciseParagraph = ({ id, stem }: Pick<Exercise, 'id' | 'stem'>): Paragraph =>
  anchored(`${id}: ${stem.text}`, stem.text)

/** Marks each paragraph whose text isn't among those of an earlier version: its words in `<ins>`, after a label. */
export function withNewMarked(html: string, known: ReadonlySet<string>): string {
  const document = parseDocument(html)
  for (const leaf of leaves(document)) {
    if (known.has(paragraphOf(leaf).anchor)) continue
    const label = parseDocument('<span class="lesson-new-label small">New or changed</span> ').children
    const marked = new Element('ins', { class: 'lesson-new' }, leaf.children)
    for (const node of leaf.children) node.parent = marked
    leaf.children = []
    for (const node of [...label, marked]) appendChild(leaf, node)
  }
  return render(document, { encodeEntities: 'utf8' })
}
