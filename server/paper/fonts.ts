import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Blob, Face, Feature, Font, Buffer as ShapingBuffer, shape } from 'harfbuzzjs'

/** A style and weight. Each script has its own font file for it. */
export type FaceName = 'serif' | 'serif-bold' | 'sans' | 'sans-bold'

type Glyph = Readonly<{ id: number; advanceWidth: number; codePoints: readonly number[] }>

/** Text in one script, drawn with one font. */
export type Run = Readonly<{ text: string; script: Script; font: ScriptFont }>

/** A font, shaped by HarfBuzz: pdfkit's own shaping misplaces marks in several scripts that names use. */
export type ScriptFont = Readonly<{
  file: string
  unitsPerEm: number
  has(codePoint: number): boolean
  layout(text: string): Layout
  /** In font units. */
  widthOf(text: string): number
}>

type Layout = {
  readonly glyphs: readonly Glyph[]
  /** In font units. pdfkit scales them in place. */
  readonly positions: Position[]
  readonly advanceWidth: number
}

type Position = { xAdvance: number; yAdvance: number; xOffset: number; yOffset: number }

type ShapedText = Readonly<{
  glyphs: readonly Glyph[]
  positions: readonly Readonly<Position>[]
  width: number
}>

type Script = Readonly<{
  name: string
  letters: RegExp
  family: string
  isRightToLeft?: boolean
}>

/** Every script that we can draw. Latin comes first, because other scripts use its punctuation and digits. */
const scripts: readonly Script[] = [
  { name: 'Latin', letters: /\p{Script=Latin}/u, family: '' },
  { name: 'Cyrillic', letters: /\p{Script=Cyrillic}/u, family: '' },
  { name: 'Greek', letters: /\p{Script=Greek}/u, family: '' },
  { name: 'Burmese', letters: /\p{Script=Myanmar}/u, family: 'NotoSansMyanmar' },
  { name: 'Ethiopic', letters: /\p{Script=Ethiopic}/u, family: 'NotoSansEthiopic' },
  { name: 'Khmer', letters: /\p{Script=Khmer}/u, family: 'NotoSansKhmer' },
  { name: 'Lao', letters: /\p{Script=Lao}/u, family: 'NotoSansLao' },
  { name: 'Thai', letters: /\p{Script=Thai}/u, family: 'NotoSansThai' },
  { name: 'Devanagari', letters: /\p{Script=Devanagari}/u, family: 'NotoSansDevanagari' },
  { name: 'Bengali', letters: /\p{Script=Bengali}/u, family: 'NotoSansBengali' },
  { name: 'Tamil', letters: /\p{Script=Tamil}/u, family: 'NotoSansTamil' },
  { name: 'Armenian', letters: /\p{Script=Armenian}/u, family: 'NotoSansArmenian' },
  { name: 'Georgian', letters: /\p{Script=Georgian}/u, family: 'NotoSansGeorgian' },
  // In this font, unlike Noto, each letter is one glyph, so copied text is right without ActualText.
  {
    name: 'Arabic',
    letters: /[\u0620-\u063f\u0641-\u064a\u066e-\u066f\u0671-\u06d3\u06d5]/u,
    family: 'IBMPlexSansArabic',
    isRightToLeft: true,
  },
  { name: 'Hebrew', letters: /[\u05d0-\u05ea]/u, family: 'NotoSansHebrew', isRightToLeft: true },
]

const latin = scripts[0]!

const scriptsOf = new Map<string, Script | undefined>()

export function scriptOf(character: string): Script | undefined {
  if (scriptsOf.has(character)) return scriptsOf.get(character)
  const found = scripts.find((script) => script.letters.test(character))
  scriptsOf.set(character, found)
  return found
}

/** Splits text into runs of one font each, or returns the first character without a font. */
export function runsOf(text: string, face: FaceName): readonly Run[] | { readonly missing: string } {
  const runs: { text: string; script: Script; font: ScriptFont }[] = []
  let script = scriptOf([...text].find((character) => scriptOf(character)) ?? 'a') ?? latin
  const characters = [...text]
  for (const [index, character] of characters.entries()) {
    script = scriptOf(character) ?? (goesOn(script, characters, index) ? script : latin)
    const codePoint = character.codePointAt(0)!
    const drawnAs = fontOf(script, face).has(codePoint) ? script : latin
    if (!fontOf(drawnAs, face).has(codePoint)) return { missing: character }
    const last = runs.at(-1)
    if (last?.script === drawnAs) last.text += character
    else runs.push({ text: character, script: drawnAs, font: fontOf(drawnAs, face) })
  }
  return runs
}

/** A character without a script joins the letters before it. In right-to-left text, only spaces and hyphens do. */
function goesOn(script: Script, characters: readonly string[], at: number): boolean {
  if (!script.isRightToLeft) return true
  const next = characters[at + 1]
  return /[ -]/.test(characters[at]!) && next !== undefined && scriptOf(next) === script
}

/** Width in points. */
export function widthOf(runs: readonly Run[], size: number): number {
  return runs.reduce((sum, { text, font }) => sum + (font.widthOf(text) / font.unitsPerEm) * size, 0)
}

const mostShaped = 5000
const byFile = new Map<string, ScriptFont>()
const byFace: Readonly<Record<FaceName, Map<Script, ScriptFont>>> = {
  serif: new Map(),
  'serif-bold': new Map(),
  sans: new Map(),
  'sans-bold': new Map(),
}

function fontOf(script: Script, face: FaceName): ScriptFont {
  const known = byFace[face].get(script)
  if (known) return known
  const file = fontFile(script, face)
  const font = byFile.get(file) ?? openFont(file)
  byFile.set(file, font)
  byFace[face].set(script, font)
  return font
}

function fontFile({ family }: Script, face: FaceName): string {
  const weight = face.endsWith('-bold') ? '600SemiBold' : '400Regular'
  const name = family || (face.startsWith('serif') ? 'NotoSerif' : 'NotoSans')
  const directory = name.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase()
  return `@expo-google-fonts/${directory}/${weight}/${name}_${weight}.ttf`
}

function openFont(file: string): ScriptFont {
  const face = new Face(new Blob(fontBytes(file)))
  const font = new Font(face)
  const covered = new Set(face.collectUnicodes())
  const codePointOf = new Map<number, number>()
  for (const codePoint of covered) {
    const id = font.nominalGlyph(codePoint)
    if (id !== undefined && !codePointOf.has(id)) codePointOf.set(id, codePoint)
  }
  const shaped = new Map<string, ShapedText>()
  const shapeOnce = (text: string) => {
    // Cached: lines are measured at many widths, and the same course titles are on every certificate.
    const known = shaped.get(text) ?? shapeText(font, codePointOf, text)
    if (shaped.size >= mostShaped) shaped.clear()
    shaped.set(text, known)
    return known
  }
  return {
    file,
    unitsPerEm: face.upem,
    has: (codePoint: number) => covered.has(codePoint),
    layout: (text: string) => layoutOf(shapeOnce(text)),
    widthOf: (text: string) => shapeOnce(text).width,
  }
}

/** The file of a font, by its name. */
export const fontBytes = (file: string): Buffer => readFileSync(createRequire(import.meta.url).resolve(file))

/** Copies the positions for each caller, because pdfkit scales them in place. */
function layoutOf({ glyphs, positions }: ShapedText): Layout {
  const own = positions.map((position) => ({ ...position }))
  return {
    glyphs,
    positions: own,
    get advanceWidth() {
      return own.reduce((sum, position) => sum + position.xAdvance, 0)
    },
  }
}

const isRightToLeft = (text: string) => [...text].some((character) => scriptOf(character)?.isRightToLeft)

/** Some readers start a new word at a moved glyph. */
const plainly = ['kern', 'liga', 'dlig', 'calt'].map((tag) => new Feature(tag, 0))

/** Shapes text of one script. HarfBuzz guesses script and direction from the letters. */
function shapeText(font: Font, codePointOf: ReadonlyMap<number, number>, text: string): ShapedText {
  const isTurned = isRightToLeft(text)
  const buffer = new ShapingBuffer()
  buffer.addText(text)
  buffer.guessSegmentProperties()
  shape(font, buffer, isTurned ? plainly : [])
  const placed = buffer.getGlyphInfos()
  const positions = buffer.getGlyphPositions()
  const starts = new Set(placed.map(({ cluster }) => cluster))
  const clusterAt = (start: number) => {
    let end = start + 1
    while (end < text.length && !starts.has(end)) end++
    return [...text.slice(start, end)].map((character) => character.codePointAt(0)!)
  }
  const glyphs = placed.map(({ codepoint: id, cluster }) => {
    const whole = clusterAt(cluster)
    const alone = placed.filter((other) => other.cluster === cluster).length === 1
    // A cluster of several glyphs can't be split into characters. ActualText carries its text.
    const codePoints = alone ? whole : [codePointOf.get(id) ?? whole[0]!]
    // PDF readers reverse right-to-left lines letter by letter, including ligatures.
    if (isTurned) codePoints.reverse()
    return { id, advanceWidth: font.glyphHAdvance(id), codePoints }
  })
  return { glyphs, positions, width: positions.reduce((sum, { xAdvance }) => sum + xAdvance, 0) }
}
