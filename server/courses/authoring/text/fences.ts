import type { Token } from 'markdown-it'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'

/** Fenced blocks are exercises. Courses contain no code. */
export function checkFences(
  tokens: readonly Token[],
  firstLine: number,
  file: string,
  log: ProblemLog,
): void {
  for (const token of tokens) {
    const line = firstLine + (token.map?.[0] ?? 0)
    if (token.type === 'fence' && token.info.trim() !== 'exercise') {
      log.error(
        file,
        line,
        `A fenced block is marked "${token.info.trim()}".`,
        'Use "```exercise" for an exercise. Other fenced blocks are not allowed.',
      )
    }
    if (token.type === 'code_block') {
      log.error(
        file,
        line,
        'These lines are indented by four or more spaces, which makes them a code block.',
        'Remove the indentation.',
      )
    }
  }
}
