/** 'Ada Lindqvist' → 'A•• L••••••••': enough to recognise, too little to read. */
export const maskedName = (name: string): string =>
  name
    .split(/\s+/)
    .map((part) => {
      const [first = '', ...rest] = [...part]
      return first + '•'.repeat(rest.length)
    })
    .join(' ')

/** True when a typed name is the printed one; capitals, accents typed apart and extra spaces do not matter. */
export const isSameName = (typed: string, printed: string): boolean => plain(typed) === plain(printed)

const plain = (name: string) =>
  name
    .normalize('NFC')
    .replace(/[’‘ʼ`´]/g, "'")
    .replace(/[‐‑–—]/g, '-')
    .trim()
    .replace(/\s+/g, ' ')
    .toLocaleLowerCase('en-US')
