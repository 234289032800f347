import type { Token } from 'markdown-it'
import type { Together } from '#server/courses/catalogue/course-parts.ts'
import { blockName, closingToken } from './blocks.ts'
import { inlineText } from './words.ts'

export function readTogether(tokens: Token[]): Together {
  const together = {
    keyPoints: [] as string[],
    reflections: [] as string[],
    dialogues: [] as string[],
    tomorrow: [] as string[],
  }
  let heading = ''
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open') heading = inlineText(tokens[index + 1]!.children).trim()
    if (token.type !== 'container_block_open') continue
    const inside = tokens.slice(index + 1, tokens.indexOf(closingToken(tokens, index)))
    const texts = inside
      .filter(({ type }) => type === 'inline')
      .map(({ children }) => inlineText(children).replace(/ +/g, ' ').trim())
    const name = blockName(token.info)
    if (name === 'key-point') together.keyPoints.push(texts.join(' '))
    if (name === 'reflection') together.reflections.push(texts.join(' '))
    if (name === 'dialogue') together.dialogues.push(heading)
    if (name === 'tomorrow') together.tomorrow.push(...texts)
  }
  return together
}
