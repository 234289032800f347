import type { Token } from 'markdown-it'
import type { Static } from 'typebox'
import type { CourseFile } from '#server/courses/authoring/files/course-files.ts'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'
import { checkedShape, parseYaml, type YamlDocument } from '#server/courses/authoring/files/yaml-document.ts'
import { checkBlockMarkers, checkBlocks } from '#server/courses/authoring/text/block-checks.ts'
import { blockName } from '#server/courses/authoring/text/blocks.ts'
import { checkCitations } from '#server/courses/authoring/text/citations.ts'
import { checkFences } from '#server/courses/authoring/text/fences.ts'
import { readHeadings } from '#server/courses/authoring/text/headings.ts'
import {
  calculatedMinutes,
  exerciseWords,
  sentencesOf,
  wordsOf,
} from '#server/courses/authoring/text/reading.ts'
import { plainText } from '#server/courses/authoring/text/scope.ts'
import { lessonSources, sourcesHtml } from '#server/courses/authoring/text/sources.ts'
import { readTogether } from '#server/courses/authoring/text/together.ts'
import { inlineText, refuseForeign } from '#server/courses/authoring/text/words.ts'
import type { Lesson, LessonPiece } from '#server/courses/catalogue/catalogue.ts'
import { lessonShape } from '#server/courses/catalogue/course-shapes.ts'
import type { Exercise } from '#server/courses/catalogue/question-types.ts'
import { type LessonBlocks, type LessonSetting, lessonBlocks } from './lesson-blocks.ts'

export function readLesson(
  file: CourseFile,
  number: number,
  slug: string,
  setting: LessonSetting,
): Omit<Lesson, 'hash'> | undefined {
  const { scope, md } = setting
  const { log } = scope
  const parts = frontMatterOf(file, log)
  if (!parts) return undefined
  const { body, firstLine } = parts
  const head = parseYaml(parts.head, file.path, 2, log)
  const given = head && checkedShape(head, [], lessonShape, log)

  checkBlockMarkers(body, firstLine, file.path, log)
  const blocks = lessonBlocks(setting, firstLine)
  const { env, exercises } = blocks
  const tokens = md.parse(body, env)
  refuseForeign(tokens, env)
  checkBlocks(tokens, firstLine, file.path, log)
  checkFences(tokens, firstLine, file.path, log)
  checkCitations(tokens, firstLine, file.path, log)
  const headings = readHeadings(tokens, firstLine, file.path, log)
  const text = md.renderer.render(tokens, md.options, env)
  if (!given || !head) return undefined

  const factKeys = [...scope.used.facts]
  const sources = lessonSources(scope, factKeys)
  const advice = factKeys.some((key) => scope.register.facts.get(key)!.status === 'U')
  const notes = [...(scope.notes?.terms.values() ?? [])].join('')
  const pieces = piecesOf(text + sourcesHtml(sources, advice) + notes, exercises, setting.drawExercise)
  checkContentNote(given, head, file.path, log)
  if (setting.format === 2) checkFictional(body, firstLine, given, file.path, log)
  return {
    number,
    slug,
    title: plainText(scope, given.title, head.lineOf(['title'])),
    minutes: given.minutes,
    purpose: plainText(scope, given.purpose, head.lineOf(['purpose'])),
    contentNote:
      given.content_note === undefined
        ? undefined
        : plainText(scope, given.content_note, head.lineOf(['content_note'])),
    // Before format 2, every note stopped the learner.
    contentNoteLevel: given.content_note_level ?? (setting.format === 2 ? 'inline' : 'stop'),
    refreshes: given.refreshes ?? [],
    isFictional: given.fictional ?? false,
    html: pieces.map(({ html }) => html).join(''),
    pieces,
    headings,
    sources,
    exercises,
    factKeys,
    terms: [...scope.used.terms],
    together: readTogether(tokens),
    measure: measureOf(file, tokens, blocks),
  }
}

/** A file's front matter and text, and the line on which the text begins. */
function frontMatterOf(file: CourseFile, log: ProblemLog) {
  const parts = /^---\n([\s\S]*?)\n---[ \t]*(?:\n|$)([\s\S]*)$/.exec(file.text)
  if (!parts) {
    log.error(
      file.path,
      1,
      'The lesson has no front matter.',
      'Start the file with "---", then title, minutes and purpose, then "---".',
    )
    return undefined
  }
  const [, head, body] = parts as unknown as [string, string, string]
  const firstLine = file.text.slice(0, file.text.length - body.length).split('\n').length
  return { head, body, firstLine }
}

function measureOf(
  file: CourseFile,
  tokens: readonly Token[],
  { exercises, counts }: LessonBlocks,
): Lesson['measure'] {
  const isBlock = ({ type, info }: Token, name: string) =>
    type === 'container_block_open' && blockName(info) === name
  const words = proseOf(tokens).reduce((sum, part) => sum + wordsOf(part).length, 0)
  const reflections = tokens.filter((token) => isBlock(token, 'reflection')).length
  return {
    file: file.path,
    words,
    wordsWithExercises: Math.round(
      [...exercises.values()].reduce((sum, exercise) => sum + exerciseWords(exercise), words),
    ),
    calculatedMinutes: calculatedMinutes(words, [...exercises.values()], counts.figures, reflections),
    figures: counts.figures,
    reflections,
    explored: counts.explored,
    scenes: tokens.filter((token) => isBlock(token, 'day')).length,
    sentences: proseOf(withoutDialogues(tokens)).flatMap(sentencesOf),
  }
}

type Head = Static<typeof lessonShape>

/** A content note stops people only if the lesson could hurt someone with lived experience. */
function checkContentNote(given: Head, head: YamlDocument, file: string, log: ProblemLog): void {
  const say = (key: string, message: string, fix: string) => log.error(file, head.lineOf([key]), message, fix)
  const { content_note: note, content_note_level: level, content_note_reason: reason } = given
  if (level !== undefined && note === undefined)
    say(
      'content_note_level',
      'The lesson has a content note level but no content note.',
      'Add content_note or remove the level.',
    )
  if (level === 'stop' && reason === undefined)
    say(
      'content_note_level',
      'The content note stops the reader but has no reason.',
      'Add "content_note_reason:" with disclosure, family-harm, suicide or sextortion, or make the note inline.',
    )
  if (reason !== undefined && level !== 'stop')
    say(
      'content_note_reason',
      'Only a note with level "stop" has a reason.',
      'Add "content_note_level: stop" or remove the reason.',
    )
}

/** Invented people are marked once, in the front matter, not in the text. */
function checkFictional(body: string, firstLine: number, given: Head, file: string, log: ProblemLog): void {
  for (const [at, text] of body.split('\n').entries()) {
    if (!/\bfictional\b/i.test(text)) continue
    log.warning(
      file,
      firstLine + at,
      'The text says "fictional".',
      `Remove it${given.fictional ? '' : ' and add "fictional: true" to the front matter'}. The page says it once.`,
    )
  }
}

function piecesOf(
  html: string,
  exercises: ReadonlyMap<string, Exercise>,
  drawExercise: (exercise: Exercise) => string,
): LessonPiece[] {
  return html
    .split(/<!--exercise:([\w-]+)-->/)
    .map(
      (part, at): LessonPiece =>
        at % 2 === 0
          ? { kind: 'text', html: part }
          : { kind: 'exercise', id: part, html: drawExercise(exercises.get(part)!) },
    )
    .filter((piece) => piece.html.trim() !== '' || piece.kind === 'exercise')
}

/** Paragraphs and list items as read, without headings and values. */
function proseOf(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token, index) => {
    if (token.type !== 'inline' || tokens[index - 1]?.type === 'heading_open') return []
    return [inlineText((token.children ?? []).filter(({ type }) => type !== 'value'))]
  })
}

/** Leaves dialogues out: short spoken sentences would hide a high reading grade of the rest. */
function withoutDialogues(tokens: readonly Token[]): Token[] {
  const open: string[] = []
  return tokens.filter((token) => {
    if (token.type === 'container_block_open') open.push(token.info.trim())
    else if (token.type === 'container_block_close') open.pop()
    return !open.includes('dialogue')
  })
}
