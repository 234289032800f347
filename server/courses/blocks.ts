import type { MarkdownIt, Token } from 'markdown-it'
import container from 'markdown-it-container'
import { escapeHtml } from './escape.ts'
import { type Line, lineBelow } from './problems.ts'
import type { TextEnv } from './words.ts'
import { inlineText } from './words.ts'

/** The blocks of a lesson: name, the words above it, and what must follow the name. */
export const blockNames = [
  'key-point',
  'content-note',
  'reflection',
  'what-would-you-do',
  'definition',
  'dialogue',
  'steps',
  'support',
  'tomorrow',
  'figure',
] as const
export type BlockName = (typeof blockNames)[number]

const titles: Partial<Record<BlockName, string>> = {
  'key-point': 'Key point',
  'content-note': 'Before you read on',
  reflection: 'Think it over',
  'what-would-you-do': 'What would you do?',
  support: 'Support, for you too',
  tomorrow: 'What to do differently tomorrow',
}

/** Figures and support lines are drawn by whoever renders the lesson. */
export type BlockEnv = TextEnv & {
  support: string
  figure: (file: string, caption: string, line: Line) => { open: string; close: string }
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
  if (name === 'figure') {
    const [, file = rest, caption = ''] = /^(\S+)\s+["“](.*)["”]$/.exec(rest) ?? []
    const figure = env.figure(file, caption, line)
    token.meta = { close: figure.close }
    closingToken(tokens, index).meta = { close: figure.close }
    return figure.open
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
  if (name === 'figure') return String(tokens[index]!.meta?.close ?? '')
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
  // The note warns of what comes next: its own heading may follow it at once, so the one after is meant then.
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

/** Gives each speaker's paragraphs the same class, so that two people can be told apart at a glance. */
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
