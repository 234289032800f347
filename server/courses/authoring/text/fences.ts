import type { Token } from 'markdown-it'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'

/** A fenced block is an exercise; there is no program text in a course. */
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
        'Write "```exercise" for an exercise; other fenced blocks are not used.',
      )
    }
    if (token.type === 'code_block') {
      log.error(
        file,
        line,
        'These lines are indented by four spaces or more, which makes them program text.',
        'Take the indentation away.',
      )
    }
  }
}
