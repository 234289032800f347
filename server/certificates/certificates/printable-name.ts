import { type FaceName, runsOf, scriptOf } from '#server/paper/fonts.ts'
import { fitLines, isReadBack, type SizedLines, UndrawableText } from '#server/paper/typesetting.ts'

type NameCheck = Readonly<{ ok: true; name: string }> | Readonly<{ ok: false; reason: string }>

const face: FaceName = 'serif'

/** The smallest scale for a crowded page. */
export const smallestScale = 0.65

/** Sets the name on one or two lines, as large as fits. */
export function setName(name: string, scale: number): SizedLines {
  const sizes = [32, 29, 26, 23, 20].map((size) => size * scale)
  return fitLines(name, face, sizes, 620, 2)
}

/** Returns the printable name, or tells the administrator who typed it why it can't be printed. */
export function checkName(typed: string): NameCheck {
  const hidden = [...typed].find((character) => /[\p{C}\p{DI}\p{Zl}\p{Zp}\ufffd]/u.test(character))
  if (hidden)
    return no(
      `It contains an invisible character (${codeOf(hidden)}), probably copied with the text. Type the name by hand.`,
    )
  const name = typed.normalize('NFC').replace(/\s+/g, ' ').trim()
  if (!/\p{L}/u.test(name)) return no('It contains no letters.')
  if (/(^|[^\p{L}\p{M}])\p{M}/u.test(name)) return no('It has an accent or vowel sign without a letter.')
  if (/\p{M}{5}/u.test(name)) return no('One letter has too many accents.')
  return mixed(name) ?? undrawable(name) ?? { ok: true, name }
}

function mixed(name: string): NameCheck | undefined {
  for (const word of name.split(' ')) {
    const [first, second] = scriptsOf(word)
    // Letters of different alphabets can look the same, so a mixed word could name someone else.
    if (first && second) return no(`“${word}” mixes ${first} and ${second} letters. Type it in one alphabet.`)
  }
  return undefined
}

function scriptsOf(text: string): readonly string[] {
  return [...new Set([...text].flatMap((character) => scriptOf(character)?.name ?? []))]
}

function undrawable(name: string): NameCheck | undefined {
  if (!isReadBack(name))
    return no(
      'It is written from right to left and contains characters other than letters. Type only the letters, without vowel points, hyphens or digits, or use the Latin spelling on the person’s identity document.',
    )
  const runs = runsOf(name, face)
  if ('missing' in runs)
    return no(
      `The character ${runs.missing} (${codeOf(runs.missing)}) can't be printed. Use the Latin spelling on the person's identity document.`,
    )
  const broken = runs.find(({ text, font }) =>
    font.layout(text).glyphs.some(({ id, codePoints }) => id === 0 || codePoints[0] === dottedCircle),
  )
  if (broken)
    return no(`“${broken.text}” has characters in an order that can't be printed. Check the spelling.`)
  try {
    setName(name, smallestScale)
  } catch (error) {
    if (!(error instanceof UndrawableText)) throw error
    return no('It is too long for the page.')
  }
  return undefined
}

/** The glyph that a font shaper draws under an accent without a letter. */
const dottedCircle = 0x25cc

function codeOf(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
}

function no(reason: string): NameCheck {
  return { ok: false, reason: `This name can't be printed on a certificate. ${reason}` }
}
