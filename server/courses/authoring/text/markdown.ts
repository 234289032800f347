import createMarkdown, { type Env, type MarkdownIt, type StateInline, type Token } from 'markdown-it'
import { type Line, lineBelow } from '#server/courses/authoring/files/problems.ts'
import { escapeHtml } from '#server/courses/catalogue/escape.ts'
import { termKey } from './glossary.ts'
import { citeFact, glossaryEntry, valueText } from './scope.ts'
import { citationMark } from './sources.ts'
import { renderWords, type TextEnv } from './words.ts'

const env = (value: Env | undefined) => value as TextEnv

/** A markdown-it that knows facts, values and glossary terms, and refuses HTML. */
export function lessonMarkdown(): MarkdownIt {
  // HTML is parsed only to report it. Its tokens render nothing.
  const md = new createMarkdown({ html: true, typographer: true, linkify: false })
  md.validateLink = () => true
  const normalize = md.normalizeLink.bind(md)
  md.normalizeLink = (url) => (/^(mailto:|tel:)?\{\{/.test(url) ? url : normalize(url))
  md.core.ruler.at('inline', (state) => {
    for (const token of state.tokens) {
      if (token.type !== 'inline') continue
      // Inline rules don't know their block, so pass the line for problem reports.
      if (token.map) env(state.env).blockLine = token.map[0]
      md.inline.parse(token.content, md, state.env, token.children!)
    }
  })
  md.inline.ruler.before('link', 'value', (state, silent) => readValue(state, silent))
  md.inline.ruler.before('link', 'fact', (state, silent) => readFact(state, silent))
  md.inline.ruler.before('link', 'term', (state, silent) => readTerm(state, silent))
  md.renderer.rules.html_block = () => ''
  md.renderer.rules.html_inline = () => ''
  md.renderer.rules.value = (tokens, index, _options, at) => valueHtml(tokens[index]!, env(at))
  md.renderer.rules.fact = (tokens, index, _options, at) =>
    citationMark(env(at).scope, tokens[index]!.meta!.keys as string[], env(at).label)
  md.renderer.rules.term = (tokens, index, _options, at) => {
    const html = termHtml(md, tokens[index]!, env(at))
    const opening = openingMarks(tokens, index)
    return html.startsWith('<button') ? withPunctuation(html, opening, tokens[index + 1]) : opening + html
  }
  md.renderer.rules.text = (tokens, index) => {
    const { content } = tokens[index]!
    return escapeHtml(content.slice(0, content.length - openingMarks(tokens, index + 1).length))
  }
  md.renderer.rules.link_open = (tokens, index, options, at, self) => {
    if (env(at).label) return ''
    const token = tokens[index]!
    if (/^https:/.test(String(token.attrGet('href')))) token.attrSet('rel', 'noreferrer noopener')
    return self.renderToken(tokens, index, options)
  }
  md.renderer.rules.link_close = (tokens, index, options, at, self) =>
    env(at).label ? '' : self.renderToken(tokens, index, options)
  md.renderer.rules.table_open = () => '<div class="lesson-table"><table>\n'
  md.renderer.rules.table_close = () => '</table></div>\n'
  md.renderer.rules.th_open = (tokens, index, options, _env, self) => {
    tokens[index]!.attrs = [['scope', 'col']]
    return self.renderToken(tokens, index, options)
  }
  md.renderer.rules.td_open = (tokens, index, options, _env, self) => {
    tokens[index]!.attrs = null
    return self.renderToken(tokens, index, options)
  }
  return md
}

function readValue(state: StateInline, silent: boolean): boolean {
  const found = /^\{\{\s*([\w-]+)\s*\}\}/.exec(state.src.slice(state.pos, state.pos + 80))
  if (!found || state.src[state.pos] !== '{') return false
  if (!silent) {
    const { scope } = env(state.env)
    const token = state.push('value', '', 0)
    token.content = valueText(scope, found[1]!, inlineLine(state))
    token.meta = { linked: state.linkLevel > 0 }
  }
  state.pos += found[0].length
  return true
}

function readFact(state: StateInline, silent: boolean): boolean {
  if (!state.src.startsWith('[^', state.pos)) return false
  const found = /^\[\^([^\]\n]*)\]/.exec(state.src.slice(state.pos, state.pos + 200))
  if (!found) return false
  if (!silent) {
    const { scope } = env(state.env)
    const line = inlineLine(state)
    const keys = found[1]!.split(/[,;]/).map((key) => key.trim().replace(/^\^/, ''))
    const token = state.push('fact', '', 0)
    token.meta = { keys: keys.filter((key) => citeFact(scope, key, line)) }
  }
  state.pos += found[0].length
  return true
}

function readTerm(state: StateInline, silent: boolean): boolean {
  if (!state.src.startsWith('[[', state.pos)) return false
  const found = /^\[\[([^[\]|]+)(?:\|([^[\]|]+))?\]\]/.exec(state.src.slice(state.pos, state.pos + 300))
  if (!found) return false
  if (!silent) {
    const first = found[1]!
    const second = found[2]
    const { scope } = env(state.env)
    const token = state.push('term', '', 0)
    // The shown text can come first or last. The glossary decides which of the two is the term.
    const known = [second, first].find((part) => part !== undefined && scope.glossary.has(termKey(part)))
    const entry = glossaryEntry(scope, termKey(known ?? second ?? first), inlineLine(state))
    token.content = (second !== undefined && known === first ? second : first).replaceAll('\n', ' ')
    token.meta = { entry, linked: state.linkLevel > 0 }
  }
  state.pos += found[0].length
  return true
}

/** The file's line of an inline rule. */
function inlineLine({ env: at, src, pos }: StateInline): Line {
  const { firstLine, blockLine = 0 } = env(at)
  return lineBelow(firstLine, blockLine + src.slice(0, pos).split('\n').length - 1)
}

function valueHtml(token: Token, { label }: TextEnv): string {
  const shown = escapeHtml(token.content)
  const href = valueAddress(token.content)
  if (label || token.meta?.linked || href === undefined) return shown
  if (href.startsWith('tel:')) return `<a class="lesson-phone" href="${href}">${shown}</a>`
  return `<a href="${escapeHtml(href)}"${href.startsWith('https:') ? ' rel="noreferrer noopener"' : ''}>${shown}</a>`
}

/** The link for a value that is a web address, an email or a phone number. */
export function valueAddress(text: string): string | undefined {
  if (/^https:\/\/\S+$/.test(text)) return text
  if (/^(?:[a-z0-9-]+\.)+[a-z]{2,}(?:\/\S*)?$/.test(text)) return `https://${text}`
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return `mailto:${text}`
  if (/^(1-)?\d{3}-\d{3}-\d{4}$/.test(text)) return telephone(text)
  return undefined
}

/** `1-800-843-5678` as a tel: link. */
export const telephone = (number: string) =>
  number.length <= 6
    ? `tel:${number.replaceAll('-', '')}`
    : `tel:+${number.startsWith('1-') ? '' : '1'}${number.replaceAll('-', '')}`

/** The opening quotation marks and parentheses right before a glossary term. */
function openingMarks(tokens: readonly Token[], index: number): string {
  const before = tokens[index - 1]
  if (tokens[index]?.type !== 'term' || before?.type !== 'text') return ''
  return /[‘“(]+$/.exec(before.content)?.[0] ?? ''
}

/** A line may break before and after a button, so the punctuation around it is held to it. */
function withPunctuation(button: string, opening: string, next: Token | undefined): string {
  const marks = next?.type === 'text' ? (/^[.,;:!?’”)]+/.exec(next.content)?.[0] ?? '') : ''
  if (next && marks !== '') next.content = next.content.slice(marks.length)
  if (opening === '' && marks === '') return button
  return `<span class="lesson-term-held">${opening}${button}${escapeHtml(marks)}</span>`
}

/** A glossary term that opens its meaning in a native popover at the lesson's end, without a script. */
function termHtml(md: MarkdownIt, token: Token, at: TextEnv): string {
  const shown = escapeHtml(token.content)
  const entry = token.meta?.entry as { term: string; slug: string; text: string } | undefined
  const notes = at.scope.notes
  if (!entry || !notes || at.label || token.meta?.linked) return shown
  // Sources of the meaning are listed in the glossary, not in this lesson's sources.
  const scope = { ...at.scope, used: { ...at.scope.used, facts: new Set<string>() } }
  const meaning = renderWords(md, scope, entry.text, 1, true)
  notes.terms.set(
    entry.slug,
    `<div class="lesson-term-note" id="term-${entry.slug}" popover><p><strong>${escapeHtml(entry.term)}</strong></p>\n` +
      `<p>${meaning.html}</p>\n<p><a href="/glossary#${entry.slug}">See it in the glossary</a></p></div>\n`,
  )
  return `<button type="button" class="lesson-term" popovertarget="term-${entry.slug}" title="${escapeHtml(meaning.text)}">${shown}</button>`
}
