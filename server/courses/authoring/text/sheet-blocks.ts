import type { Token } from 'markdown-it'
import { lineBelow } from '#server/courses/authoring/files/problems.ts'
import type { SupportLine } from '#server/courses/catalogue/course-parts.ts'
import type { SheetBlock, Span, Spans } from '#server/courses/catalogue/sheet.ts'
import { blockName } from './blocks.ts'
import { telephone, valueAddress } from './markdown.ts'
import { sourceNumbers } from './sources.ts'
import type { TextEnv } from './words.ts'
import { inlineText } from './words.ts'

/** Space to write: "Name ____". */
const toFill = /_{3,}/

/** A document's blocks from Markdown. Unsupported content is reported and left out. */
export function sheetBlocks(
  tokens: readonly Token[],
  at: TextEnv,
  support: readonly SupportLine[],
): SheetBlock[] {
  const blocks: SheetBlock[] = []
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!
    const end = endOf(tokens, index)
    const inside = tokens.slice(index + 1, end)
    switch (token.type) {
      case 'heading_open':
        blocks.push({ kind: 'heading', level: token.tag === 'h2' ? 2 : 3, spans: spansIn(inside, at) })
        break
      case 'paragraph_open':
        blocks.push(paragraph(spansIn(inside, at)))
        break
      case 'hr':
        blocks.push({ kind: 'blank' })
        break
      case 'bullet_list_open':
      case 'ordered_list_open':
        blocks.push(list(token, inside, at))
        break
      case 'table_open':
        blocks.push(table(inside, at))
        break
      case 'container_block_open': {
        const name = blockName(token.info)
        if (name === 'key-point') blocks.push({ kind: 'key-point', spans: spansIn(inside, at) })
        else if (name === 'support')
          blocks.push(...sheetBlocks(inside, at, support), {
            kind: 'list',
            marker: 'bullet',
            items: support.map(supportSpans),
          })
        else
          refuse(
            token,
            at,
            `The block "${name}" is not allowed in a job aid or guide.`,
            'Use "key-point" or "support", or plain text.',
          )
        break
      }
      case 'html_block':
        break
      default:
        refuse(
          token,
          at,
          'A job aid or guide can’t show this.',
          'Use headings, paragraphs, lists, tables and lines to write on.',
        )
    }
    index = end
  }
  return blocks
}

/** The index of the token that closes this one, or its own index if it is empty. */
function endOf(tokens: readonly Token[], index: number): number {
  const { nesting, level } = tokens[index]!
  return nesting === 1
    ? tokens.findIndex((token, at) => at > index && token.level === level && token.nesting === -1)
    : index
}

function paragraph(spans: Spans): SheetBlock {
  if (!spans.some(({ text }) => toFill.test(text))) return { kind: 'paragraph', spans }
  const fields: Span[][] = [[]]
  for (const span of spans) {
    const parts = span.text.split(toFill)
    for (const [at, text] of parts.entries()) {
      if (at > 0) fields.push([])
      if (text.trim() !== '') fields.at(-1)!.push({ ...span, text: at > 0 ? text.trimStart() : text })
    }
  }
  return { kind: 'fields', fields: fields.filter((field) => field.length > 0).map(trimmed) }
}

function list(token: Token, inside: readonly Token[], at: TextEnv): SheetBlock {
  const items: Spans[] = []
  for (let index = 0; index < inside.length; index++) {
    const end = endOf(inside, index)
    const item = inside.slice(index + 1, end)
    const nested = item.find(({ type }) => type === 'bullet_list_open' || type === 'ordered_list_open')
    if (nested) refuse(nested, at, 'A list is inside another list.', 'Give it its own heading.')
    items.push(spansIn(item, at))
    index = end
  }
  if (token.type === 'ordered_list_open') return { kind: 'list', marker: 'number', items }
  const isBox = ([first]: Spans) => first?.text.startsWith('[ ] ') ?? false
  if (!items.some(isBox)) return { kind: 'list', marker: 'bullet', items }
  if (!items.every(isBox))
    refuse(
      token,
      at,
      'Only some lines of this list start with a checkbox.',
      'Start each with "- [ ] ", or put a sentence between two lists.',
    )
  const unboxed = items.map(([first, ...others]) =>
    first ? [{ ...first, text: first.text.replace(/^\[ \] /, '') }, ...others] : [],
  )
  return { kind: 'list', marker: 'box', items: unboxed }
}

function table(inside: readonly Token[], at: TextEnv): SheetBlock {
  const rows: Spans[][] = []
  for (const [index, token] of inside.entries()) {
    if (token.type === 'tr_open') rows.push([])
    if (token.type === 'inline') rows.at(-1)!.push(spansOf(inside[index]!, at))
  }
  const [head = [], ...others] = rows
  return { kind: 'table', head, rows: others }
}

/** Joins the paragraphs of one cell or item. */
function spansIn(tokens: readonly Token[], at: TextEnv): Spans {
  const parts = tokens.filter(({ type }) => type === 'inline').map((token) => spansOf(token, at))
  return parts.flatMap((part, index) => (index === 0 ? part : [{ text: ' ' }, ...part]))
}

function spansOf(inline: Token, at: TextEnv): Spans {
  const spans: Span[] = []
  let bold = false
  let href: string | undefined
  const add = (text: string, more: Omit<Span, 'text'> = {}) => {
    const style = { ...(bold && { bold }), ...(href !== undefined && { href }), ...more }
    const last = spans.at(-1)
    if (last && sameStyle(last, style)) spans[spans.length - 1] = { ...last, text: last.text + text }
    else if (text !== '') spans.push({ text, ...style })
  }
  for (const token of inline.children ?? []) {
    if (token.type === 'strong_open') bold = true
    else if (token.type === 'strong_close') bold = false
    else if (token.type === 'link_open') href = String(token.attrGet('href'))
    else if (token.type === 'link_close') href = undefined
    else if (token.type === 'value') {
      const address = href ?? valueAddress(token.content)
      add(token.content, address === undefined ? {} : { href: address })
    } else if (token.type === 'fact') {
      const facts = (token.meta!.keys as string[]).map((key) => at.scope.register.facts.get(key)!)
      const seen = facts
        .filter(({ status }) => status !== 'U')
        .flatMap((fact) => sourceNumbers(at.scope, fact))
      if (seen.length > 0) add([...new Set(seen)].sort((a, b) => a - b).join(','), { raised: true })
    } else add(inlineText([token]))
  }
  return trimmed(spans)
}

const sameStyle = (one: Span, other: Omit<Span, 'text'>) =>
  one.bold === other.bold && one.href === other.href && one.raised === other.raised

/** Without the spaces at both ends. */
const trimmed = (spans: Spans): Spans =>
  spans
    .map((span, at) => (at === 0 ? { ...span, text: span.text.trimStart() } : span))
    .map((span, at) => (at === spans.length - 1 ? { ...span, text: span.text.trimEnd() } : span))
    .filter(({ text }) => text !== '')

function supportSpans({ name, phone, text }: SupportLine): Spans {
  const ways: Span[][] = [
    phone === undefined ? [] : [{ text: phone, href: telephone(phone) }],
    text === undefined ? [] : [{ text: text.words, href: `sms:${text.to.replaceAll('-', '')}` }],
  ].filter((way) => way.length > 0)
  return [
    { text: name, bold: true },
    ...ways.flatMap((way, at) => [{ text: at === 0 ? ': ' : ' or ' }, ...way]),
  ]
}

function refuse(token: Token, at: TextEnv, message: string, fix: string): void {
  at.scope.log.error(at.scope.file, lineBelow(at.firstLine, token.map?.[0] ?? 0), message, fix)
}
