/** 'Ada Lindqvist' → 'A•• L••••••••': enough to recognize, too little to read. */
export const maskedName = (name: string): string =>
  name
    .split(/\s+/)
    .map((part) => {
      const [first = '', ...rest] = [...part]
      return first + '•'.repeat(rest.length)
    })
    .join(' ')

/** True if the typed name matches the printed one. Ignores capitals, Unicode form and extra spaces. */
export const isSameName = (typed: string, printed: string): boolean => plain(typed) === plain(printed)

const plain = (name: string) =>
  name
    .normalize('NFC')
    .replace(/[’‘ʼ`´]/g, "'")
    .replace(/[‐‑–—]/g, '-')
    .trim()
    .replace(/\s+/g, ' ')
    .toLocaleLowerCase('en-US')
