import type { Token } from 'markdown-it'
import { type ProblemLog, suggestion } from '#server/courses/authoring/files/problems.ts'
import {
  type BlockName,
  blockName,
  blockNames,
  closingToken,
  dialogueTurns,
  exploreItems,
  isBlockName,
  leadingName,
  quoted,
  speakerOf,
} from './blocks.ts'

/** Blocks that take words after their name. */
const takesWords: readonly string[] = ['definition', 'figure', 'explore', 'recording', 'day']

/** Reports invalid blocks. `tokens` are those of the whole lesson. */
export function checkBlocks(tokens: Token[], firstLine: number, file: string, log: ProblemLog): void {
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'container_block_open') continue
    const name = blockName(token.info) as BlockName
    const rest = token.info.trim().slice(name.length).trim()
    const line = firstLine + (token.map?.[0] ?? 0)
    const inside = tokens.slice(index + 1, tokens.indexOf(closingToken(tokens, index)))
    if (inside.length === 0 && name === 'recording') {
      log.error(
        file,
        line,
        'The recording has no transcript.',
        'Write between the ::: lines what is said and shown.',
      )
    } else if (inside.length === 0 && name !== 'support') {
      log.error(file, line, `The block "${name}" is empty.`, 'Fill it in or remove it.')
    }
    if (name === 'definition' && rest === '') {
      log.error(file, line, 'A definition has no term.', 'Write "::: definition The word".')
    } else if (name === 'day' && (quoted(rest) ?? '') === '') {
      log.error(file, line, 'A "day" block has no time.', 'Write ::: day "6:40 p.m.".')
    } else if (!takesWords.includes(name) && rest !== '') {
      log.error(file, line, `"${rest}" follows "${name}", which takes no words.`, 'Move it inside the block.')
    }
    if (name === 'steps' && !inside.some(({ type }) => type === 'ordered_list_open')) {
      log.error(file, line, 'A "steps" block has no numbered list.', 'Write the steps as "1. …", "2. …".')
    }
    if (name === 'explore') {
      const items = exploreItems(tokens, index)
      if (items.length < 2 || items.length > 9)
        log.error(
          file,
          line,
          `An "explore" block has ${items.length} steps.`,
          'Write two to nine lines "- **Label:** text".',
        )
      for (const { item, inline } of items) {
        if (leadingName(inline)) continue
        log.error(
          file,
          firstLine + (item.map?.[0] ?? 0),
          'A step of this drawing has no name.',
          'Start it with the name in bold: "- **The door:** …".',
        )
      }
    }
    if (name === 'tomorrow') checkTomorrow(inside, line, file, log)
    if (name === 'dialogue') {
      for (const [paragraph, inline] of dialogueTurns(tokens, index)) {
        if (speakerOf(inline) !== undefined) continue
        log.error(
          file,
          firstLine + (paragraph.map?.[0] ?? 0),
          'A line of this dialogue has no speaker.',
          'Start it with the name in bold, after an empty line: "**Mara:** …".',
        )
      }
    }
  }
}

function checkTomorrow(inside: readonly Token[], line: number, file: string, log: ProblemLog): void {
  const items = inside.filter(({ type }) => type === 'list_item_open').length
  if (items === 0) {
    log.error(file, line, 'A "tomorrow" block has no list.', 'Write two to four lines that start with "- ".')
  } else if (items < 2 || items > 4) {
    log.warning(file, line, `The "tomorrow" block has ${items} points.`, 'People remember two to four.')
  }
}

/** Reports unclosed blocks, stray ends and unknown block names, line by line. */
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
          'Remove it, or start its block above with ":::" and a name.',
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
        `The block "${name}" starts inside the block "${around.name}" of line ${around.line}, which is not closed.`,
        'Close that block with ":::" first. To nest blocks, start and end the outer one with "::::".',
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
      `Add a line "${':'.repeat(colons)}" after its last line.`,
    )
  }
}
