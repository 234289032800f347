import PDFDocument from 'pdfkit'
import type { Placed } from '#server/certificates/certificates/certificate-layout.ts'
import { type Run, type ScriptFont, widthOf } from './fonts.ts'

export type Attachment = Readonly<{ name: string; type: string; description: string; bytes: Uint8Array }>

/** A PDF whose text can be copied and read aloud as it was typed, however its font divides or joins the letters. */
export class ReadableDocument extends PDFDocument {
  // Declared alone: the constructor above it draws before a field would be set.
  declare private isUpright: boolean | undefined

  /** Prints lines at their places; `color` is what fills the letters. */
  print(lines: readonly Placed[], color: (line: Placed) => string): void {
    for (const [index, line] of lines.entries()) this.#printLine(line, color(line), index < lines.length - 1)
  }

  #printLine(line: Placed, color: string, isContinued: boolean): void {
    const { text, runs, size, x, y } = line
    const spelled = isSpelled(text, runs)
    this.fillColor(color).save().transform(1, 0, 0, -1, 0, this.page.height)
    if (!spelled) this.markContent('Span', { actual: text } as object)
    // poppler places a Span's text by the state at the Span's end, so that must still be the text's.
    this.isUpright = true
    let left = x
    for (const run of runs) {
      this.#printText(run.text, run.font, size, left, y)
      left += widthOf([run], size)
    }
    if (!spelled) this.endMarkedContent()
    // Read aloud, the end of a line is otherwise no end of a word; an address goes on after its slash.
    const last = runs.at(-1)
    if (isContinued && !text.endsWith('/') && last?.font.has(0x20))
      this.#printText(' ', last.font, size, left, y)
    this.isUpright = false
    this.restore()
  }

  #printText(text: string, font: ScriptFont, size: number, x: number, y: number): void {
    this.registerFont(font.file, font as unknown as PDFKit.Mixins.PDFFontSource)
    this.font(font.file).fontSize(size)
    this.text(text, x, y, { lineBreak: false, baseline: 'alphabetic', features: [] })
  }

  /** Carries a file as it is, uncompressed and without a checksum, so that its bytes can be replaced in place. */
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

  // pdfkit measures each piece twice more to know where the next begins, which printLine says itself.
  override widthOfString(...asked: Parameters<PDFKit.PDFDocument['widthOfString']>): number {
    return this.isUpright ? 0 : super.widthOfString(...asked)
  }

  // pdfkit turns and restores the page around each piece of text; within printLine it is turned already.
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

/**
 * A reader makes the same of the glyphs alone, which stand from left to right, and none is moved from its place in the
 * row, which some readers take for a new word.
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
