import { SaxesParser } from 'saxes'
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

/** Reads a drawing and reports anything not allowed. `text` is the file's text with values filled in. */
export function readDrawing(file: CourseFile, text: string, log: ProblemLog): Drawing | undefined {
  const problems: [line: number, message: string, fix: string][] = []
  const parser = new SaxesParser()
  const pieces: ((place: string) => string)[] = []
  const open: { name: string; self: boolean }[] = []
  const steps = new Set<number>()
  let smallest = Number.POSITIVE_INFINITY
  let title = ''
  let inTitle = false
  let viewBox: string | undefined
  let broken = false
  const fixed = (html: string) => pieces.push(() => html)

  parser.on('error', (error) => {
    if (broken) return
    broken = true
    problems.push([
      parser.line,
      `The drawing is not well-formed (${error.message.replace(/^\S*\d+:\d+: /, '')})`,
      'Check that every element is closed and every attribute is in quotes.',
    ])
  })
  parser.on('doctype', () => problems.push([parser.line, 'The drawing has a DOCTYPE.', 'Remove it.']))
  parser.on('opentag', ({ name, attributes: given, isSelfClosing }) => {
    const root = open.length === 0
    open.push({ name, self: isSelfClosing })
    if (!elements.includes(name)) {
      problems.push([
        parser.line,
        `The drawing has a <${name}>, which is not allowed.`,
        `Use only ${drawnWith.join(', ')}.`,
      ])
    }
    if (root && name === 'svg') viewBox = given.viewBox
    if (name === 'title' && open.length === 2) {
      inTitle = true
      return
    }
    for (const part of (given.class ?? '').split(/\s+/)) {
      const step = stepOfClass(part)
      if (step !== undefined) steps.add(step)
    }
    if (name === 'text' || name === 'tspan') smallest = Math.min(smallest, labelSize(given.class ?? ''))
    const kept = Object.entries(given).filter(([key, value]) => {
      const problem = attributeProblem(name, key, value)
      if (problem) problems.push([parser.line, ...problem])
      return !problem && !(root && replaced.has(key))
    })
    pieces.push((place) => {
      const written = kept
        .map(([key, value]) => ` ${key}="${escapeHtml(placed(key, value, place))}"`)
        .join('')
      return root
        ? `<svg class="lesson-drawing" role="img" aria-labelledby="${place}-title"${written}>`
        : `<${name}${written}${isSelfClosing ? '/' : ''}>`
    })
  })
  parser.on('text', (text) => {
    if (inTitle) title += text
    else if (open.length > 0) fixed(escapeHtml(text.replace(/\s+/g, ' ')).replace(/^ $/, ''))
  })
  parser.on('closetag', () => {
    const closed = open.pop()!
    if (inTitle) {
      inTitle = false
      const words = title.replace(/\s+/g, ' ').trim()
      title = words
      pieces.push((place) => `<title id="${place}-title">${escapeHtml(words)}</title>`)
    } else if (!closed.self) fixed(`</${closed.name}>`)
  })
  try {
    parser.write(text).close()
  } catch {
    broken = true
  }
  if (!broken && viewBox === undefined) {
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
  if (!broken && title === '') {
    problems.push([
      1,
      'The drawing has no title.',
      'Add a <title> that states the main point right after <svg …>.',
    ])
  }
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

/** Makes ids unique for each use, so that two drawings on a page don't collide. */
function placed(key: string, value: string, place: string): string {
  if (key === 'id') return `${place}-${value}`
  return key.startsWith('marker-') ? value.replace('url(#', `url(#${place}-`) : value
}
