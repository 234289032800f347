import type { MarkdownIt, Token } from 'markdown-it'
import container from 'markdown-it-container'
import { type Line, lineBelow } from '#server/courses/authoring/files/problems.ts'
import { escapeHtml } from '#server/courses/catalogue/escape.ts'
import type { TextEnv } from './words.ts'
import { inlineText } from './words.ts'

/** The blocks of a lesson: name, heading and what must follow the name. */
export const blockNames = [
  'key-point',
  'content-note',
  'reflection',
  'what-would-you-do',
  'definition',
  'dialogue',
  'day',
  'steps',
  'support',
  'tomorrow',
  'figure',
  'explore',
  'recording',
] as const
export type BlockName = (typeof blockNames)[number]

const titles: Partial<Record<BlockName, string>> = {
  'key-point': 'Key point',
  'content-note': 'Before you continue',
  reflection: 'Think about it',
  'what-would-you-do': 'What would you do?',
  support: 'Support, for you too',
  tomorrow: 'What to do differently tomorrow',
}

/** The caller renders figures and support lines. */
export type BlockEnv = TextEnv & {
  support: string
  /** An interactive drawing with its steps below it. */
  explore: (file: string, caption: string, steps: number, line: Line) => { open: string; place: string }
  figure: (file: string, caption: string, line: Line) => { open: string; close: string }
  /** A player with its transcript below it. */
  recording: (file: string, caption: string, line: Line) => { open: string; close: string }
}

export function lessonBlocks(md: MarkdownIt): void {
  md.use(container as unknown as (md: MarkdownIt, name: string, options: object) => void, 'block', {
    validate: (params: string) => isBlockName(blockName(params)),
    render: (tokens: Token[], index: number, _options: unknown, env: BlockEnv) =>
      tokens[index]!.nesting === 1 ? open(md, tokens, index, env) : close(tokens, index, env),
  })
}

export const blockName = (params: string) => params.trim().split(/\s/)[0] ?? ''
export const isBlockName = (name: string): name is BlockName =>
  (blockNames as readonly string[]).includes(name)

function open(md: MarkdownIt, tokens: Token[], index: number, env: BlockEnv): string {
  const token = tokens[index]!
  const name = blockName(token.info) as BlockName
  const rest = token.info.trim().slice(name.length).trim()
  const line = lineBelow(env.firstLine, token.map?.[0] ?? 0)
  if (name === 'figure' || name === 'recording') {
    const { file, words } = fileAndWords(rest)
    const figure = env[name](file, words, line)
    token.meta = { close: figure.close }
    closingToken(tokens, index).meta = { close: figure.close }
    return figure.open
  }
  if (name === 'explore') {
    const { file, words } = fileAndWords(rest)
    const items = exploreItems(tokens, index)
    const { open, place } = env.explore(file, words, items.length, line)
    openAsSteps(items, tokens, index, place)
    return open
  }
  if (name === 'day') {
    const time = md.renderInline(quoted(rest) ?? rest, { ...env, firstLine: line, blockLine: 0 })
    return `<section class="lesson-day">\n<p class="lesson-day-time">${time}</p>\n`
  }
  const title =
    name === 'definition'
      ? `<dfn>${md.renderInline(rest, { ...env, firstLine: line, blockLine: 0 })}</dfn>`
      : titles[name]
  const heading = title === undefined ? '' : `<p class="lesson-label">${title}</p>\n`
  if (name === 'dialogue') nameSpeakers(tokens, index)
  return `<div class="lesson-${name}">\n${heading}`
}

function close(tokens: Token[], index: number, env: BlockEnv): string {
  const opening = openingToken(tokens, index)
  const name = blockName(opening.info)
  if (name === 'figure' || name === 'recording') return String(tokens[index]!.meta?.close ?? '')
  if (name === 'explore') return '</figure>\n'
  if (name === 'day') return '</section>\n'
  if (name === 'support') return `${env.support}</div>\n`
  if (name === 'content-note') {
    const next = headingAfter(tokens, index)
    const skip =
      next === undefined
        ? ''
        : `<p class="lesson-skip"><a href="#${escapeHtml(next.id)}">Skip to “${escapeHtml(next.text)}”</a></p>\n`
    return `${skip}</div>\n`
  }
  return '</div>\n'
}

function headingAfter(tokens: Token[], index: number) {
  // The note warns about the next section. If a heading follows directly, skip to the heading after it.
  const headings = tokens
    .map((token, at) => ({ token, at }))
    .filter(({ token, at }) => at > index && token.type === 'heading_open')
  const following = headings[0]?.at === index + 1 ? headings[1] : headings[0]
  if (!following) return undefined
  return {
    id: String(following.token.attrGet('id')),
    text: inlineText(tokens[following.at + 1]!.children),
  }
}

export function closingToken(tokens: Token[], index: number): Token {
  const level = tokens[index]!.level
  return tokens.find(
    (token, at) => at > index && token.level === level && token.type === 'container_block_close',
  )!
}

function openingToken(tokens: Token[], index: number): Token {
  const level = tokens[index]!.level
  return tokens.findLast(
    (token, at) => at < index && token.level === level && token.type === 'container_block_open',
  )!
}

/** `way-in.svg "What it shows"` */
function fileAndWords(rest: string): { file: string; words: string } {
  const [, file = rest, words = ''] = /^(\S+)\s+(["“].*["”])$/.exec(rest) ?? []
  return { file, words: quoted(words) ?? words }
}

/** The text between quotes, if all of it is quoted. */
export const quoted = (text: string): string | undefined => /^["“](.*)["”]$/.exec(text.trim())?.[1]

/** The list items of an `explore` block, each with its first inline text. */
export function exploreItems(tokens: Token[], index: number): { item: Token; inline: Token | undefined }[] {
  const end = tokens.indexOf(closingToken(tokens, index))
  const level = tokens[index]!.level + 2
  return tokens.flatMap((item, at) =>
    at > index && at < end && item.type === 'list_item_open' && item.level === level
      ? [{ item, inline: tokens.slice(at, end).find(({ type }) => type === 'inline') }]
      : [],
  )
}

/** The tokens of the bold name at the start of a text. */
export function leadingName(inline: Token | undefined): { open: Token; close: Token } | undefined {
  const children = (inline?.children ?? []).filter(({ type, content }) => type !== 'text' || content !== '')
  if (children[0]?.type !== 'strong_open') return undefined
  return { open: children[0], close: children.find(({ type }) => type === 'strong_close')! }
}

/** Turns each item into a disclosure with its bold name as summary, so that it works without scripts. */
function openAsSteps(
  items: readonly { item: Token; inline: Token | undefined }[],
  tokens: Token[],
  index: number,
  place: string,
): void {
  const end = tokens.indexOf(closingToken(tokens, index))
  const level = tokens[index]!.level
  for (const token of tokens.slice(index + 1, end)) {
    if (/^bullet_list_(open|close)$/.test(token.type) && token.level === level + 1) token.tag = 'div'
    if (token.type === 'list_item_close' && token.level === level + 2) token.tag = 'details'
    if (/^paragraph_(open|close)$/.test(token.type) && token.level === level + 3) token.hidden = true
  }
  for (const [at, { item, inline }] of items.entries()) {
    item.tag = 'details'
    item.attrs = [
      ['class', `lesson-explore-step lesson-explore-step-${at + 1}`],
      ['name', place],
    ]
    const name = leadingName(inline)
    if (!name) continue
    name.open.tag = 'summary'
    name.close.tag = 'summary'
    const children = inline!.children!
    const last = children[children.indexOf(name.close) - 1]!
    last.content = last.content.replace(/:\s*$/, '')
  }
}

/** Gives each speaker's paragraphs the same class, so that readers can tell two people apart. */
function nameSpeakers(tokens: Token[], index: number): void {
  const speakers: string[] = []
  for (const [paragraph, inline] of dialogueTurns(tokens, index)) {
    const speaker = speakerOf(inline)
    if (speaker === undefined) continue
    if (!speakers.includes(speaker)) speakers.push(speaker)
    paragraph.attrSet('class', `lesson-turn lesson-turn-${speakers.indexOf(speaker) + 1}`)
  }
}

export function dialogueTurns(tokens: Token[], index: number): [paragraph: Token, inline: Token][] {
  const end = tokens.indexOf(closingToken(tokens, index))
  return tokens.flatMap((token, at) =>
    at > index && at < end && token.type === 'paragraph_open'
      ? [[token, tokens[at + 1]!] as [Token, Token]]
      : [],
  )
}

export function speakerOf(inline: Token): string | undefined {
  const children = (inline.children ?? []).filter(({ type, content }) => type !== 'text' || content !== '')
  if (children[0]?.type !== 'strong_open') return undefined
  const end = children.findIndex(({ type }) => type === 'strong_close')
  const name = inlineText(children.slice(0, end))
  const after = children[end + 1]?.content ?? ''
  if (name.trim().endsWith(':')) return name.trim().slice(0, -1)
  return after.startsWith(':') ? name.trim() : undefined
}
