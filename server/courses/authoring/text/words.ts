import type { Env, MarkdownIt, Token } from 'markdown-it'
import { type Line, lineBelow } from '#server/courses/authoring/files/problems.ts'
import type { Words } from '#server/courses/catalogue/question-types.ts'
import { plainText, type Scope } from './scope.ts'

/**
 * The renderer's context. `label` is text inside a control, where a link or a button
 * is not allowed: glossary terms and addresses are shown as plain text there.
 */
export type TextEnv = Env & {
  scope: Scope
  /** The file's line where the text starts. */
  firstLine: Line
  label: boolean
  blockLine?: number
}

/** The plain text of inline tokens: with values and glossary terms, without citations. */
export const inlineText = (tokens: readonly Token[] | null): string =>
  (tokens ?? [])
    .map((token) => {
      if (token.type === 'softbreak' || token.type === 'hardbreak') return ' '
      if (
        token.type === 'text' ||
        token.type === 'value' ||
        token.type === 'term' ||
        token.type === 'code_inline'
      )
        return token.content
      return token.type === 'text_special' ? token.content : ''
    })
    .join('')

/** Reports HTML, pictures and incomplete addresses. */
export function refuseForeign(tokens: readonly Token[], at: TextEnv): void {
  const { scope } = at
  for (const token of tokens) {
    const line = lineBelow(at.firstLine, token.map?.[0] ?? 0)
    if (token.type === 'html_block') refuseHtml(scope, line, token.content)
    let breaks = 0
    for (const child of token.children ?? []) {
      if (child.type === 'softbreak' || child.type === 'hardbreak') breaks++
      const inner = lineBelow(line, breaks)
      if (child.type === 'html_inline') refuseHtml(scope, inner, child.content)
      if (child.type === 'image') {
        scope.log.error(
          scope.file,
          inner,
          'There is a picture here, ![…](…).',
          'Draw it as an SVG in figures/ and use a "::: figure" block.',
        )
      }
      if (child.type === 'link_open') {
        const href = plainText(scope, decodeURI(String(child.attrGet('href'))), inner)
        child.attrSet('href', href)
        if (!/^(https:\/\/|mailto:|tel:|\/|#)/.test(href)) {
          scope.log.error(
            scope.file,
            inner,
            `The link leads to "${href}".`,
            'Enter the full address, starting with https://.',
          )
          child.attrSet('href', '#')
        }
      }
    }
  }
}

const refuseHtml = (scope: Scope, line: Line, html: string) =>
  scope.log.error(
    scope.file,
    line,
    `HTML is not used in courses: "${html.trim().split('\n')[0]!.slice(0, 40)}".`,
    'Remove it and use a block (":::") or plain Markdown. To show a "<", write "\\<".',
  )

/** Renders the text of an exercise: a `label` inside a control, or paragraphs. */
export function renderWords(md: MarkdownIt, scope: Scope, text: string, line: Line, label: boolean): Words {
  const at: TextEnv = { scope, firstLine: line, label }
  const tokens = label ? md.parseInline(text.trim(), at) : md.parse(text.trim(), at)
  refuseForeign(tokens, at)
  const spoken = tokens.map((token) => inlineText(token.children)).filter((part) => part !== '')
  return { html: md.renderer.render(tokens, md.options, at).trim(), text: spoken.join(' ') }
}
