import type { Token } from 'markdown-it'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'
import { inlineText } from './words.ts'

/** Deadlines, percentages and statutes need a source. */
const factual =
  /\b\d[\d,.]*\s(hours?|days?|weekdays|months|percent)\b|\d\s?%|\bpercent\b|\bMinn\. Stat\.|\bU\.S\.C\.|\bsubd\. \d/

/** Reports paragraphs and list items that state a fact without citing one. Text in drawings is not checked. */
export function checkCitations(
  tokens: readonly Token[],
  firstLine: number,
  file: string,
  log: ProblemLog,
): void {
  let figure: number | undefined
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'container_block_open' && token.info.trim().startsWith('figure')) figure = token.level
    if (token.type === 'container_block_close' && token.level === figure) figure = undefined
    if (token.type !== 'inline' || figure !== undefined || tokens[index - 1]?.type === 'heading_open')
      continue
    const found = factual.exec(inlineText(token.children))
    if (!found || token.children?.some(({ type }) => type === 'fact')) continue
    log.warning(
      file,
      firstLine + (token.map?.[0] ?? 0),
      `This says "${found[0]}" but cites no fact.`,
      'Add the fact’s key after the sentence: [^A1-02].',
    )
  }
}
