import type { MarkdownIt, Token } from 'markdown-it'
import container from 'markdown-it-container'
import { escapeHtml } from './escape.ts'
import { inlineText, type TextEnv } from './markdown.ts'
import { type Line, lineBelow, type ProblemLog, suggestion } from './problems.ts'

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

const blockName = (params: string) => params.trim().split(/\s/)[0] ?? ''
const isBlockName = (name: string): name is BlockName => (blockNames as readonly string[]).includes(name)

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

function closingToken(tokens: Token[], index: number): Token {
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

function dialogueTurns(tokens: Token[], index: number): [paragraph: Token, inline: Token][] {
  const end = tokens.indexOf(closingToken(tokens, index))
  return tokens.flatMap((token, at) =>
    at > index && at < end && token.type === 'paragraph_open'
      ? [[token, tokens[at + 1]!] as [Token, Token]]
      : [],
  )
}

function speakerOf(inline: Token): string | undefined {
  const children = (inline.children ?? []).filter(({ type, content }) => type !== 'text' || content !== '')
  if (children[0]?.type !== 'strong_open') return undefined
  const end = children.findIndex(({ type }) => type === 'strong_close')
  const name = inlineText(children.slice(0, end))
  const after = children[end + 1]?.content ?? ''
  if (name.trim().endsWith(':')) return name.trim().slice(0, -1)
  return after.startsWith(':') ? name.trim() : undefined
}

/** Blocks that are not what their name promises. `tokens` are those of the whole lesson. */
export function checkBlocks(tokens: Token[], firstLine: number, file: string, log: ProblemLog): void {
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'container_block_open') continue
    const name = blockName(token.info) as BlockName
    const rest = token.info.trim().slice(name.length).trim()
    const line = firstLine + (token.map?.[0] ?? 0)
    const inside = tokens.slice(index + 1, tokens.indexOf(closingToken(tokens, index)))
    if (inside.length === 0 && name !== 'support') {
      log.error(file, line, `The block "${name}" is empty.`, 'Write what belongs in it, or take it out.')
    }
    if (name === 'definition' && rest === '') {
      log.error(
        file,
        line,
        'A definition does not say which word it explains.',
        'Write "::: definition The word".',
      )
    } else if (name !== 'definition' && name !== 'figure' && rest !== '') {
      log.error(
        file,
        line,
        `"${rest}" stands after "${name}", which takes nothing more.`,
        'Move it inside the block.',
      )
    }
    if (name === 'steps' && !inside.some(({ type }) => type === 'ordered_list_open')) {
      log.error(file, line, 'A "steps" block holds no numbered list.', 'Write the steps as "1. …", "2. …".')
    }
    if (name === 'tomorrow') checkTomorrow(inside, line, file, log)
    if (name === 'dialogue') {
      for (const [paragraph, inline] of dialogueTurns(tokens, index)) {
        if (speakerOf(inline) !== undefined) continue
        log.error(
          file,
          firstLine + (paragraph.map?.[0] ?? 0),
          'A line of this dialogue does not say who speaks.',
          'Begin it with the name in bold, and put an empty line before it: "**Mara:** …".',
        )
      }
    }
  }
}

function checkTomorrow(inside: readonly Token[], line: number, file: string, log: ProblemLog): void {
  const items = inside.filter(({ type }) => type === 'list_item_open').length
  if (items === 0) {
    log.error(
      file,
      line,
      'A "tomorrow" block holds no list.',
      'Write two to four lines that begin with "- ".',
    )
  } else if (items < 2 || items > 4) {
    log.warning(file, line, `The "tomorrow" block has ${items} points.`, 'Two to four are kept in mind.')
  }
}

/** Openings without an end, ends without an opening, and names that no block has, read line by line. */
export function checkBlockMarkers(body: string, firstLine: number, file: string, log: ProblemLog): void {
  const open: { name: string; colons: number; line: number }[] = []
  let fence: string | undefined
  for (const [index, text] of body.split('\n').entries()) {
    const line = firstLine + index
    const marker = /^\s{0,3}(`{3,}|~{3,})/.exec(text)?.[1]
    if (fence !== undefined) {
      if (marker?.startsWith(fence) && text.trim() === marker) fence = undefined
      continue
    }
    if (marker !== undefined) {
      fence = marker
      continue
    }
    const found = /^\s{0,3}(:{3,})(.*)$/.exec(text)
    if (!found) continue
    const colons = found[1]!.length
    const name = blockName(found[2]!)
    const around = open.at(-1)
    if (name === '') {
      if (around && around.colons === colons) open.pop()
      else
        log.error(
          file,
          line,
          'This ":::" ends no block.',
          'Take it out, or begin its block above with ":::" and a name.',
        )
      continue
    }
    if (!isBlockName(name)) {
      log.error(file, line, `There is no block called "${name}".`, suggestion(name, blockNames, 'blocks'))
    }
    if (around && colons >= around.colons) {
      log.error(
        file,
        line,
        `The block "${name}" begins inside the block "${around.name}" of line ${around.line}, which is not closed.`,
        'End that block with ":::" first; or, to put one inside the other, begin and end the outer one with "::::".',
      )
      if (colons === around.colons) open.pop()
    }
    open.push({ name, colons, line })
  }
  for (const { name, colons, line } of open) {
    log.error(
      file,
      line,
      `The block "${name}" is not closed.`,
      `Put a line "${':'.repeat(colons)}" after its last line.`,
    )
  }
}
