import { type FaceName, runsOf, scriptOf } from '#server/paper/fonts.ts'
import { fitLines, isReadBack, type SizedLines, UndrawableText } from '#server/paper/typesetting.ts'

export type NameCheck = Readonly<{ ok: true; name: string }> | Readonly<{ ok: false; reason: string }>

const face: FaceName = 'serif'

/** A crowded page is drawn down to this part of its full size, and no smaller. */
export const smallestScale = 0.65

/** The name in one line or two, as large as they allow. */
export function setName(name: string, scale: number): SizedLines {
  const sizes = [32, 29, 26, 23, 20].map((size) => size * scale)
  return fitLines(name, face, sizes, 620, 2)
}

/** A person's name as it can be printed, or why it can't be, said to the administrator who typed it. */
export function checkName(typed: string): NameCheck {
  const hidden = [...typed].find((character) => /[\p{C}\p{DI}\p{Zl}\p{Zp}\ufffd]/u.test(character))
  if (hidden)
    return no(
      `It holds a character that can't be seen (${codeOf(hidden)}), often copied along with the text. Type the name anew.`,
    )
  const name = typed.normalize('NFC').replace(/\s+/g, ' ').trim()
  if (!/\p{L}/u.test(name)) return no('It has no letters.')
  if (/(^|[^\p{L}\p{M}])\p{M}/u.test(name))
    return no('It has an accent or vowel sign without a letter to carry it.')
  if (/\p{M}{5}/u.test(name)) return no('It has more accents on one letter than can be drawn.')
  return mixed(name) ?? undrawable(name) ?? { ok: true, name }
}

function mixed(name: string): NameCheck | undefined {
  for (const word of name.split(' ')) {
    const [first, second] = scriptsOf(word)
    // One letter from another alphabet can look the same and name someone else.
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
      'It is written from right to left, with other signs among its letters. Type its letters alone, without vowel points, hyphens or figures, or use the Latin spelling on the person’s identity document.',
    )
  const runs = runsOf(name, face)
  if ('missing' in runs)
    return no(
      `The character ${runs.missing} (${codeOf(runs.missing)}) can't be printed. Use the Latin spelling on the person's identity document.`,
    )
  const broken = runs.find(({ text, font }) =>
    font.layout(text).glyphs.some(({ id, codePoints }) => id === 0 || codePoints[0] === dottedCircle),
  )
  if (broken) return no(`“${broken.text}” has signs in an order that can't be drawn. Check how it is typed.`)
  try {
    setName(name, smallestScale)
  } catch (error) {
    if (!(error instanceof UndrawableText)) throw error
    return no('It is too long for the page.')
  }
  return undefined
}

/** What a shaper draws under a sign that has no letter. */
const dottedCircle = 0x25cc

function codeOf(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
}

function no(reason: string): NameCheck {
  return { ok: false, reason: `This name can't be printed on a certificate. ${reason}` }
}
