/** The scripts that certificates and packets have fonts for: those of `paper/fonts.ts`, and what all scripts share. */
const printable =
  /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Myanmar}\p{Script=Ethiopic}\p{Script=Khmer}\p{Script=Lao}\p{Script=Thai}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Armenian}\p{Script=Georgian}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Common}\p{Script=Inherited}]/u

/** The letters of a name that we can't print, such as 王小明; empty if there are none. */
export const unprintableLetters = (name: string): string =>
  [...name].filter((letter) => /\p{L}/u.test(letter) && !printable.test(letter)).join('')

/** Why a name can't be taken as typed, said where it is typed, long before the certificate; null if it can. */
export function latinSpellingNeeded(name: string): string | null {
  const letters = unprintableLetters(name)
  return letters === ''
    ? null
    : `Certificates can’t print ${letters}. Type the name in Latin letters, as on an identity document.`
}
