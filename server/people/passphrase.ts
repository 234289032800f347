import { randomInt } from 'node:crypto'
import { wordlist } from '@scure/bip39/wordlists/english.js'

/** Five of 2,048 short words, drawn at random: 55 bits, 15 characters or more. */
export function newPassphrase(): string {
  const words = Array.from({ length: 5 }, () => wordlist[randomInt(wordlist.length)])
  const phrase = words.join(' ')
  return phrase.length >= 15 ? phrase : newPassphrase()
}
