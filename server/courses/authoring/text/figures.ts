import { SaxesParser, type SaxesTagPlain } from 'saxes'
import type { CourseFile } from '#server/courses/authoring/files/course-files.ts'
import type { ProblemLog } from '#server/courses/authoring/files/problems.ts'
import { escapeHtml } from '#server/courses/catalogue/escape.ts'
import { attributeProblem, drawnWith, elements, labelSize, stepOfClass } from './figure-rules.ts'

/** A checked drawing: only shapes, labels and our classes. */
export type Drawing = {
  readonly file: string
  readonly title: string
  /** The steps of its parts, if it is interactive. */
  readonly steps: ReadonlySet<number>
  /** The size of its smallest label in pixels on a 390-pixel phone. */
  readonly smallestLabel: number
  /** The SVG for its n-th use on a page. Ids differ for each use. */
  readonly svg: (place: string) => string
}

/** The width of a drawing on a 390-pixel phone. */
const phoneWidth = 350

/** Attributes of the outer element that are set again for each use. */
const replaced = new Set([
  'xmlns',
  'width',
  'height',
  'role',
  'class',
  'id',
  'aria-labelledby',
  'aria-label',
  'aria-hidden',
])

type DrawingProblem = [line: number, message: string, fix: string]

/** What has been read of a drawing so far. */
type Parts = {
  readonly problems: DrawingProblem[]
  readonly pieces: ((place: string) => string)[]
  /** The elements that are not closed yet, the outer one first. */
  readonly open: { name: string; self: boolean }[]
  readonly steps: Set<number>
  smallest: number
  title: string
  isInTitle: boolean
  viewBox: string | undefined
  isBroken: boolean
}

/** Reads a drawing and reports anything not allowed. `text` is the file's text with values filled in. */
export function readDrawing(file: CourseFile, text: string, log: ProblemLog): Drawing | undefined {
  const parts = parseDrawing(text)
  const { pieces, steps, smallest, title, viewBox } = parts
  const problems = [...parts.problems, ...headProblems(parts)]
  for (const [line, message, fix] of problems) log.error(file.path, line, message, fix)
  if (problems.length > 0) return undefined
  return {
    file: file.inner,
    title,
    steps,
    smallestLabel: (smallest * phoneWidth) / Number(viewBox!.trim().split(/[\s,]+/)[2]),
    svg: (place) =>
      pieces
        .map((piece) => piece(place))
        .join('')
        .trim(),
  }
}

function parseDrawing(text: string): Parts {
  const parts: Parts = {
    problems: [],
    pieces: [],
    open: [],
    steps: new Set(),
    smallest: Number.POSITIVE_INFINITY,
    title: '',
    isInTitle: false,
    viewBox: undefined,
    isBroken: false,
  }
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    if (parts.isBroken) return
    parts.isBroken = true
    parts.problems.push([
      parser.line,
      `The drawing is not well-formed (${error.message.replace(/^\S*\d+:\d+: /, '')})`,
      'Check that every element is closed and every attribute is in quotes.',
    ])
  })
  parser.on('doctype', () => parts.problems.push([parser.line, 'The drawing has a DOCTYPE.', 'Remove it.']))
  parser.on('opentag', (tag) => openElement(parts, tag, parser.line))
  parser.on('text', (text) => addText(parts, text))
  parser.on('closetag', () => closeElement(parts))
  try {
    parser.write(text).close()
  } catch {
    parts.isBroken = true
  }
  return parts
}

function openElement(parts: Parts, { name, attributes, isSelfClosing }: SaxesTagPlain, line: number): void {
  const { problems, open } = parts
  const isRoot = open.length === 0
  open.push({ name, self: isSelfClosing })
  if (!elements.includes(name)) {
    problems.push([
      line,
      `The drawing has a <${name}>, which is not allowed.`,
      `Use only ${drawnWith.join(', ')}.`,
    ])
  }
  if (isRoot && name === 'svg') parts.viewBox = attributes.viewBox
  if (name === 'title' && open.length === 2) {
    parts.isInTitle = true
    return
  }
  noteClasses(parts, name, attributes.class ?? '')
  const kept = Object.entries(attributes).filter(([key, value]) => {
    const problem = attributeProblem(name, key, value)
    if (problem) problems.push([line, ...problem])
    return !problem && !(isRoot && replaced.has(key))
  })
  parts.pieces.push((place) => {
    const written = kept.map(([key, value]) => ` ${key}="${escapeHtml(placed(key, value, place))}"`).join('')
    return isRoot
      ? `<svg class="lesson-drawing" role="img" aria-labelledby="${place}-title"${written}>`
      : `<${name}${written}${isSelfClosing ? '/' : ''}>`
  })
}

/** An element's classes say to which step it belongs and how large its label is. */
function noteClasses(parts: Parts, name: string, classes: string): void {
  for (const part of classes.split(/\s+/)) {
    const step = stepOfClass(part)
    if (step !== undefined) parts.steps.add(step)
  }
  if (name === 'text' || name === 'tspan') parts.smallest = Math.min(parts.smallest, labelSize(classes))
}

function addText(parts: Parts, text: string): void {
  if (parts.isInTitle) parts.title += text
  else if (parts.open.length > 0) {
    const html = escapeHtml(text.replace(/\s+/g, ' ')).replace(/^ $/, '')
    parts.pieces.push(() => html)
  }
}

function closeElement(parts: Parts): void {
  const closed = parts.open.pop()!
  if (parts.isInTitle) {
    parts.isInTitle = false
    const title = parts.title.replace(/\s+/g, ' ').trim()
    parts.title = title
    parts.pieces.push((place) => `<title id="${place}-title">${escapeHtml(title)}</title>`)
  } else if (!closed.self) parts.pieces.push(() => `</${closed.name}>`)
}

/** The viewBox and the title, which every drawing needs. */
function headProblems({ viewBox, title, isBroken }: Parts): DrawingProblem[] {
  const problems: DrawingProblem[] = []
  if (!isBroken && viewBox === undefined) {
    problems.push([
      1,
      'The drawing has no viewBox.',
      'Start it with <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 320">.',
    ])
  } else if (
    viewBox !== undefined &&
    !/^\s*-?[\d.]+[\s,]+-?[\d.]+[\s,]+[\d.]+[\s,]+[\d.]+\s*$/.test(viewBox)
  ) {
    problems.push([1, `The viewBox is "${viewBox}".`, 'Use four numbers, as in "0 0 480 320".'])
  }
  if (!isBroken && title === '') {
    problems.push([
      1,
      'The drawing has no title.',
      'Add a <title> that states the main point right after <svg …>.',
    ])
  }
  return problems
}

/** Makes ids unique for each use, so that two drawings on a page don't collide. */
function placed(key: string, value: string, place: string): string {
  if (key === 'id') return `${place}-${value}`
  return key.startsWith('marker-') ? value.replace('url(#', `url(#${place}-`) : value
}
