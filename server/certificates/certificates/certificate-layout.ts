import {
  type CertificateText,
  certificateText,
} from '#server/certificates/certificates/certificate-wording.ts'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import {
  balanced,
  fitLines,
  isReadBack,
  type Line,
  type Placed,
  setLine,
  setLines,
  UndrawableText,
  widest,
} from '#server/paper/typesetting.ts'
import { setName, smallestScale } from './printable-name.ts'

export type PageLayout = Readonly<{
  width: number
  height: number
  mark: Readonly<{ x: number; y: number }>
  qr: Readonly<{ x: number; y: number; side: number }>
  modules: readonly Item[]
  details: readonly Item[]
}> &
  Readonly<Record<TextBlock, Placed[]>>

type Item = readonly [Placed[], Placed[]]

type TextBlock =
  | 'issuer'
  | 'title'
  | 'lead'
  | 'name'
  | 'completion'
  | 'course'
  | 'modulesHeading'
  | 'detailsHeading'
  | 'approval'
  | 'number'
  | 'note'
  | 'check'
  | 'address'

const width = 792
const height = 612
const left = 72
const right = width - 72
const foot = height - 66
const qrSide = 82
const addressSize = 7.5
const addressWidth = 270
const columnGap = 36
const modulesWidth = 336
const detailsLeft = left + modulesWidth + columnGap
const footGap = 14

/** Why these facts can't be printed, or null. Check this before the facts are frozen. */
export function pageFault(facts: CertificateFacts): string | null {
  try {
    layOutPage(certificateText(facts))
    return null
  } catch (error) {
    if (error instanceof UndrawableText) return error.message
    throw error
  }
}

/** Places everything on the page. Long words are set smaller; what still doesn't fit is refused. */
export function layOutPage(text: CertificateText): PageLayout {
  const named = [text.issuer, text.name, text.course, text.note, ...text.modules.map(({ title }) => title)]
  for (const said of [...named, ...text.details.map(({ value }) => value)])
    if (!isReadBack(said)) throw new UndrawableText(`“${said}” would be copied out in a different order.`)
  const bottom = layOutFoot(text)
  for (const scale of [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, smallestScale]) {
    const head = layOutHead(text, scale)
    const modules = layOutModules(text, head.bottom, scale)
    const details = layOutDetails(text, head.bottom, scale)
    if (modules.bottom > bottom.top - footGap * scale || details.bottom > bottom.qrTop - footGap * scale)
      continue
    return {
      width,
      height,
      ...head.blocks,
      ...bottom.blocks,
      modulesHeading: modules.heading,
      modules: modules.items,
      detailsHeading: details.heading,
      details: details.items,
    }
  }
  throw new UndrawableText('The course has more modules, or longer titles, than one page can show.')
}

function layOutHead(text: CertificateText, scale: number) {
  const courseSizes = [18, 16.5, 15, 13.5, 12].map((size) => size * scale)
  const name = setName(text.name, scale)
  const course = fitLines(text.course, 'serif-bold', courseSizes, 600, 2)
  const markY = 34 + 12 * scale
  let y = markY + 52 + 10 * scale
  const issuer = centered([setLine(text.issuer, 'sans')], 9.5, 'quiet', y)
  y += 30 * scale
  const title = centered([setLine(text.title, 'serif')], 21 * scale, 'harbor', y)
  y += 25 * scale
  const lead = centered([setLine(text.lead, 'sans')], 10, 'quiet', y)
  y += 10 * scale + name.size
  const named = centered(name.lines, name.size, 'ink', y, 1.28)
  y = named.at(-1)!.y + 12 + name.size * 0.4
  const completion = centered([setLine(text.completion, 'sans')], 10, 'quiet', y)
  y += 8 * scale + course.size
  const coursed = centered(course.lines, course.size, 'harbor', y, 1.28)
  return {
    bottom: coursed.at(-1)!.y + 36 * scale,
    blocks: {
      mark: { x: width / 2 - 20, y: markY },
      issuer,
      title,
      lead,
      name: named,
      completion,
      course: coursed,
    },
  }
}

function layOutModules(text: CertificateText, top: number, scale: number) {
  const size = 10 * scale
  const heading = placed([setLine(text.modulesHeading, 'sans-bold')], size, 'ink', left, top)
  const dateWidth = widest(
    text.modules.map(({ completed }) => setLine(completed, 'sans')),
    size,
  )
  const titleLeft = left + size * 1.6
  const titleWidth = modulesWidth - size * 1.6 - dateWidth - 12
  let y = top + size * 1.85
  const items = text.modules.map(({ label, title, completed }) => {
    const lines = setLines(title, 'sans', size, titleWidth)
    if (widest(lines, size) > titleWidth)
      throw new UndrawableText(`“${title}” is too long for a certificate.`)
    const body = placed(lines, size, 'ink', titleLeft, y, 1.3)
    const date = setLine(completed, 'sans')
    const dateLeft = left + modulesWidth - widest([date], size)
    const item: Item = [
      placed([setLine(label, 'sans')], size, 'quiet', left, y),
      [...body, ...placed([date], size, 'quiet', dateLeft, y)],
    ]
    y = body.at(-1)!.y + size * 1.62
    return item
  })
  return { heading, items, bottom: y - size * 1.3 }
}

function layOutDetails(text: CertificateText, top: number, scale: number) {
  const size = 10 * scale
  const heading = placed([setLine(text.detailsHeading, 'sans-bold')], size, 'ink', detailsLeft, top)
  const labels = text.details.map(({ label }) => setLine(label, 'sans'))
  const valueLeft = detailsLeft + widest(labels, size) + 12
  let y = top + size * 1.85
  const items = text.details.map(({ value }, index) => {
    const lines = setLines(value, 'sans', size, right - valueLeft)
    if (widest(lines, size) > right - valueLeft)
      throw new UndrawableText(`“${value}” is too long for a certificate.`)
    const body = placed(lines, size, 'ink', valueLeft, y, 1.3)
    const label = placed([labels[index]!], size, 'quiet', detailsLeft, y)
    y = body.at(-1)!.y + size * 1.62
    const item: Item = [label, body]
    return item
  })
  return { heading, items, bottom: y - size * 1.3 }
}

function layOutFoot(text: CertificateText) {
  const oneLine = setLine(text.address, 'sans')
  const cut = text.address.lastIndexOf('/') + 1
  const address =
    widest([oneLine], addressSize) <= addressWidth
      ? [oneLine]
      : [text.address.slice(0, cut), text.address.slice(cut)].map((part) => setLine(part, 'sans'))
  const addressY = foot - (address.length - 1) * addressSize * 1.3
  const qrTop = addressY - 2.7 * addressSize - 6 - qrSide
  const room = right - Math.max(qrSide, widest(address, addressSize)) - columnGap - left
  const number = placed([setLine(text.number, 'sans')], 9.5, 'quiet', left, foot)
  const sentences = text.approval.flatMap((sentence) => {
    const lines = setLines(sentence, 'serif', 12.5, room)
    return balanced(lines, 'serif', 12.5, room)
  })
  const approvalY = foot - 22 - (sentences.length - 1) * 17
  const note = text.note ? setLines(text.note, 'sans', 9.5, room) : []
  const noteY = approvalY - 24 - (note.length - 1) * 13
  return {
    top: note.length > 0 ? noteY - 12 : approvalY - 16,
    qrTop,
    blocks: {
      approval: placed(sentences, 12.5, 'ink', left, approvalY, 17 / 12.5),
      number,
      note: placed(note, 9.5, 'quiet', left, noteY, 13 / 9.5),
      qr: { x: right - qrSide, y: qrTop, side: qrSide },
      check: flushRight([setLine(text.check, 'sans')], addressSize, 'quiet', addressY - 1.35 * addressSize),
      address: flushRight(address, addressSize, 'ink', addressY, 1.3),
    },
  }
}

function placed(
  lines: readonly Line[],
  size: number,
  color: Placed['color'],
  x: number,
  y: number,
  leading = 1.3,
): Placed[] {
  return lines.map((line, index) => ({
    ...line,
    size,
    color,
    x,
    y: y + index * size * leading,
    width: widest([line], size),
  }))
}

function centered(
  lines: readonly Line[],
  size: number,
  color: Placed['color'],
  y: number,
  leading = 1.3,
): Placed[] {
  return placed(lines, size, color, 0, y, leading).map((line) => ({ ...line, x: (width - line.width) / 2 }))
}

function flushRight(lines: readonly Line[], size: number, color: Placed['color'], y: number, leading = 1.3) {
  return placed(lines, size, color, 0, y, leading).map((line) => ({ ...line, x: right - line.width }))
}
