import type { Token } from 'markdown-it'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'
import type { Heading } from '#server/courses/catalogue/catalogue.ts'
import { slugOf } from './glossary.ts'
import { inlineText } from './words.ts'

export function readHeadings(
  tokens: readonly Token[],
  firstLine: number,
  file: string,
  log: ProblemLog,
): Heading[] {
  const headings: Heading[] = []
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'heading_open') continue
    const level = Number(token.tag.slice(1))
    const line = firstLine + (token.map?.[0] ?? 0)
    const text = inlineText(tokens[index + 1]!.children).trim()
    const above = headings.at(-1)?.level ?? 1
    if (level === 1) {
      log.error(
        file,
        line,
        'This heading has one "#", which is reserved for the lesson’s title.',
        'Start headings in a lesson with "##".',
      )
    } else if (level > above + 1) {
      log.error(
        file,
        line,
        `This heading has ${level} "#", but the one above it has ${above === 1 ? 'none' : above}.`,
        `Use "${'#'.repeat(Math.max(2, above + 1))}" or fewer.`,
      )
    }
    const same = headings.filter(({ id }) => id.replace(/-\d+$/, '') === `part-${slugOf(text)}`).length
    const id = `part-${slugOf(text)}${same === 0 ? '' : `-${same + 1}`}`
    token.attrSet('id', id)
    headings.push({ id, text, level })
  }
  return headings
}
