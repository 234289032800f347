import { describe, expect, test } from 'vitest'
import { drawCertificate } from '#server/certificates/certificates/drawing.ts'
import { checkName } from '#server/certificates/certificates/printable-name.ts'
import { latinSpellingNeeded } from '#server/lib/latin-spelling.ts'
import { drawnNames, refusedNames } from './names-of-the-world.ts'
import { readPdf } from './reading.ts'
import { sample } from './sample.ts'

describe('a name on a certificate', () => {
  test.each(Object.entries(drawnNames))(
    'in %s is drawn with every letter and reads back as it was typed',
    async (_script, names) => {
      for (const name of names) {
        expect(checkName(name), name).toEqual({ ok: true, name: name.normalize('NFC') })
        const pdf = await drawCertificate({ ...sample, person_name: name.normalize('NFC') })
        const { alternatives, text } = await readPdf(pdf)
        expect(alternatives).toContain(name.normalize('NFC'))
        if (isSimple(name)) expect(text).toContain(name.normalize('NFC'))
      }
    },
  )

  test.each(Object.entries(refusedNames))(
    'in %s is refused in words, not drawn otherwise',
    async (_script, names) => {
      for (const name of names) {
        expect(checkName(name)).toMatchObject({
          ok: false,
          reason: expect.stringContaining('Latin spelling'),
        })
        await expect(drawCertificate({ ...sample, person_name: name })).rejects.toThrow('No font has')
      }
    },
  )

  test('that has no font is refused where it is typed, and only then', () => {
    for (const name of Object.values(drawnNames).flat()) expect(latinSpellingNeeded(name), name).toBeNull()
    for (const name of Object.values(refusedNames).flat())
      expect(latinSpellingNeeded(name), name).toContain('Type the name in Latin letters')
  })

  test('is normalized, with single spaces', () => {
    expect(checkName('  Thi\u0323  A\u0301nh\u00a0Le ')).toEqual({ ok: true, name: 'Thị Ánh Le' })
  })

  test.each([
    ['a right-to-left override', 'Ada\u202eNorth'],
    ['a zero-width space', 'Ada\u200bNorth'],
    ['a zero-width joiner', 'Ada\u200dNorth'],
    ['a soft hyphen', 'Ada\u00adNorth'],
    ['a byte order mark', '\ufeffAda'],
    ['a line break', 'Ada\nNorth'],
    ['a null', 'Ada\u0000'],
    ['a paragraph separator', 'Ada\u2029North'],
    ['a variation selector', 'Ada\ufe0f'],
    ['a grapheme joiner', 'Ada\u034fNorth'],
    ['a tag letter', 'Ada\u{e0041}'],
    ['the sign of a broken encoding', 'Ad\ufffd'],
    ['a private character', 'Ada\ue000'],
    ['half a character', 'Ada\ud83d'],
  ])('with %s is refused', (_what, name) => {
    expect(checkName(name)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('invisible character'),
    })
  })

  test.each([
    ['only spaces', '   '],
    ['no letters', '12-34'],
    ['an emoji', 'Ada 🌟'],
    ['a Cyrillic letter within a Latin word', 'Mаria'],
    ['an accent on nothing', '\u0301Ada'],
    ['a pile of accents', 'Z\u0300\u0301\u0302\u0303\u0304\u0305algo'],
    ['vowel signs in an order no reader knows', 'ကေေို့ေ'],
    ['more letters than a page has room for', 'Wolfeschlegelsteinhausenbergerdorff'.repeat(6)],
  ])('with %s is refused', (_what, name) => {
    expect(checkName(name).ok).toBe(false)
  })

  test('of eighty letters is printed in full', async () => {
    const name = 'Maximiliana-Konstantina Wolfeschlegelsteinhausenbergerdorff de la Santa Trinidad'
    expect(name).toHaveLength(80)
    expect(checkName(name)).toEqual({ ok: true, name })
    const { text } = await readPdf(await drawCertificate({ ...sample, person_name: name }))
    expect(text).toContain(name)
  })

  test.each([
    ['vowel points', 'דָּוִד'],
    ['vowel signs', 'مُحَمَّد'],
    ['a hyphen', 'משה בן-דוד'],
    ['a figure', 'محمد 3'],
    ['a word that runs the other way', 'محمد Smith'],
    ['a word of another script', 'محمد כהן'],
  ])('from right to left with %s is refused, because PDF readers would change it', async (_what, name) => {
    expect(checkName(name)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('from right to left'),
    })
    await expect(drawCertificate({ ...sample, person_name: name })).rejects.toThrow('in a different order')
  })

  test('with words in two alphabets is printed', () => {
    expect(checkName('Мария Smith').ok).toBe(true)
  })
})

/** Every letter is one glyph in place, so the text needs no ActualText. */
function isSimple(name: string): boolean {
  return /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Ethiopic}\p{Script=Georgian}\p{Script=Arabic}\p{Script=Hebrew} .'’-]+$/u.test(
    name.normalize('NFC').replace(/\p{M}/gu, '!'),
  )
}
