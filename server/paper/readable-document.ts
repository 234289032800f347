import * as fontkit from 'fontkit'
import PDFDocument from 'pdfkit'
import { fontBytes, type Run, type ScriptFont, widthOf } from './fonts.ts'
import type { Placed } from './typesetting.ts'

export type Attachment = Readonly<{ name: string; type: string; description: string; bytes: Uint8Array }>

/** A PDF whose text copies and reads aloud as typed, even if the font splits or joins letters. */
export class ReadableDocument extends PDFDocument {
  // `declare` only: pdfkit's constructor draws before class fields are set.
  declare private isUpright: boolean | undefined

  /** Draws lines at their positions. `color` is the text color. */
  print(lines: readonly Placed[], color: (line: Placed) => string): void {
    for (const [index, line] of lines.entries()) this.#printLine(line, color(line), index < lines.length - 1)
  }

  #printLine(line: Placed, color: string, isContinued: boolean): void {
    const { text, runs, size, x, y } = line
    const spelled = isSpelled(text, runs)
    this.fillColor(color).save().transform(1, 0, 0, -1, 0, this.page.height)
    if (!spelled) this.markContent('Span', { actual: text } as object)
    // poppler uses the graphics state at a Span's end, so don't change it before the end.
    this.isUpright = true
    let left = x
    for (const run of runs) {
      this.#printText(run.text, run.font, size, left, y)
      left += widthOf([run], size)
    }
    if (!spelled) this.endMarkedContent()
    // Without a space, readers join the last word of a line with the next. Addresses broken after a slash stay joined.
    const last = runs.at(-1)
    if (isContinued && !text.endsWith('/') && last?.font.has(0x20))
      this.#printText(' ', last.font, size, left, y)
    this.isUpright = false
    this.restore()
  }

  #printText(text: string, font: ScriptFont, size: number, x: number, y: number): void {
    this.registerFont(font.file, outlined(font) as unknown as PDFKit.Mixins.PDFFontSource)
    this.font(font.file).fontSize(size)
    this.text(text, x, y, { lineBreak: false, baseline: 'alphabetic', features: [] })
  }

  /** Attaches a file uncompressed and without a checksum, so that its bytes can be replaced in place. */
  attach({ name, type, description, bytes }: Attachment, at: Date): void {
    const stream = this.ref({
      Type: 'EmbeddedFile',
      Subtype: type.replace('/', '#2F'),
      Params: { Size: bytes.length, CreationDate: at, ModDate: at },
    }) as PDFKit.PDFKitReference & { compress: boolean }
    stream.compress = false
    stream.end(bytes)
    const file = this.ref({
      Type: 'Filespec',
      AFRelationship: 'Data',
      F: new String(name),
      UF: new String(name),
      Desc: new String(description),
      EF: { F: stream },
    })
    file.end(null)
    const inside = this as unknown as {
      addNamedEmbeddedFile(name: string, file: PDFKit.PDFKitReference): void
      _root: { data: { AF?: readonly PDFKit.PDFKitReference[] } }
    }
    inside.addNamedEmbeddedFile(name, file)
    inside._root.data.AF = [file]
  }

  // pdfkit would measure each piece twice more to place the next one. printLine already knows the position.
  override widthOfString(...asked: Parameters<PDFKit.PDFDocument['widthOfString']>): number {
    return this.isUpright ? 0 : super.widthOfString(...asked)
  }

  // pdfkit flips the page's coordinates around each piece of text. Inside printLine they are flipped already.
  override save(): this {
    return this.isUpright ? this : super.save()
  }

  override transform(...matrix: Parameters<PDFKit.PDFDocument['transform']>): this {
    return this.isUpright ? this : super.transform(...matrix)
  }

  override restore(): this {
    return this.isUpright ? this : super.restore()
  }
}

const outlines = new Map<string, ScriptFont>()

/** The font as pdfkit embeds it: the outlines by fontkit, the placement of glyphs by HarfBuzz. */
function outlined(font: ScriptFont): ScriptFont {
  const known = outlines.get(font.file)
  if (known) return known
  const { file, layout } = font
  const made = Object.assign(Object.create(fontkit.create(fontBytes(file))), { file, layout })
  outlines.set(file, made)
  return made
}

/**
 * True if PDF readers get the right text from the glyphs alone: they run left to right, and none is moved out of the
 * line, which some readers treat as a new word.
 */
function isSpelled(text: string, runs: readonly Run[]): boolean {
  let spelling = ''
  for (const run of runs) {
    const { glyphs, positions } = run.font.layout(run.text)
    if (positions.some(({ xOffset, yOffset }) => xOffset !== 0 || yOffset !== 0)) return false
    const read = glyphs.flatMap(({ codePoints }) => codePoints)
    spelling += String.fromCodePoint(...(run.script.isRightToLeft ? read.toReversed() : read))
  }
  return spelling === text
}
