import { inflateSync } from 'node:zlib'

/** A name such as `/Type`. */
export class Name {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}
export class Ref {
  readonly number: number
  constructor(number: number) {
    this.number = number
  }
}
export type Dictionary = Map<string, Value>
export type Value = null | boolean | number | Buffer | Name | Ref | Dictionary | readonly Value[]
type Stream = Readonly<{ dictionary: Dictionary; raw: Buffer }>

/** The objects of a PDF with a plain cross-reference table, as ours are. Throws where the file's structure is broken. */
export class PdfObjects {
  readonly trailer: Dictionary
  readonly #objects = new Map<number, Value>()
  readonly #streams = new Map<number, Buffer>()

  constructor(file: Buffer) {
    const text = file.toString('latin1')
    const start = Number(/startxref\n(\d+)\n%%EOF\n?$/.exec(text)![1])
    const table = /^xref\n0 (\d+)\n/.exec(text.slice(start, start + 40))!
    const count = Number(table[1])
    const first = start + table[0].length
    for (let number = 1; number < count; number++) {
      const offset = Number(text.slice(first + number * 20, first + number * 20 + 10))
      const head = `${number} 0 obj\n`
      if (!text.startsWith(head, offset)) throw new Error(`Object ${number} is not where the table says.`)
      this.#read(number, file, text, offset + head.length)
    }
    const trailer = new Parser(text, text.indexOf('trailer', start) + 7).value()
    if (!(trailer instanceof Map)) throw new Error('There is no trailer.')
    this.trailer = trailer
  }

  #read(number: number, file: Buffer, text: string, from: number): void {
    const parser = new Parser(text, from)
    const value = parser.value()
    this.#objects.set(number, value)
    const stream = /^\s*stream\n/.exec(text.slice(parser.at, parser.at + 20))
    if (!stream || !(value instanceof Map)) return
    const begin = parser.at + stream[0].length
    const end = begin + Number(value.get('Length'))
    if (!text.startsWith('\nendstream\nendobj', end)) throw new Error(`Stream ${number} has another length.`)
    this.#streams.set(number, file.subarray(begin, end))
  }

  /** What a reference leads to, or the value itself. */
  of(value: Value | undefined): Value {
    return value instanceof Ref ? (this.#objects.get(value.number) ?? null) : (value ?? null)
  }

  dictionary(value: Value | undefined): Dictionary {
    const found = this.of(value)
    return found instanceof Map ? found : new Map()
  }

  array(value: Value | undefined): readonly Value[] {
    const found = this.of(value)
    return Array.isArray(found) ? found : []
  }

  name(value: Value | undefined): string | null {
    const found = this.of(value)
    return found instanceof Name ? found.name : null
  }

  /** The content of a stream, inflated. */
  content(value: Value | undefined): Buffer {
    if (!(value instanceof Ref)) throw new Error('A stream is not behind a reference.')
    const raw = this.#streams.get(value.number) ?? Buffer.alloc(0)
    return this.name(this.dictionary(value).get('Filter')) === 'FlateDecode' ? inflateSync(raw) : raw
  }

  all(): readonly (readonly [number, Value])[] {
    return [...this.#objects]
  }

  streams(): readonly Stream[] {
    return [...this.#streams].map(([number, raw]) => ({ dictionary: this.dictionary(new Ref(number)), raw }))
  }
}

/** Operators of a content stream with their operands. */
export function* operatorsOf(
  content: Buffer,
): Generator<Readonly<{ operator: string; operands: readonly Value[] }>> {
  const text = content.toString('latin1')
  const parser = new Parser(text, 0)
  let operands: Value[] = []
  while (parser.hasMore()) {
    const word = parser.operator()
    if (word === null) operands.push(parser.value())
    else {
      yield { operator: word, operands }
      operands = []
    }
  }
}

class Parser {
  readonly #text: string
  at: number

  constructor(text: string, at: number) {
    this.#text = text
    this.at = at
  }

  hasMore(): boolean {
    this.#match(/\s*/y)
    return this.at < this.#text.length
  }

  operator(): string | null {
    this.#match(/\s*/y)
    const found = this.#match(/[A-Za-z'"][A-Za-z0-9*]*/y)?.[0] ?? null
    if (found !== 'true' && found !== 'false' && found !== 'null') return found
    this.at -= found.length
    return null
  }

  value(): Value {
    this.#match(/\s*/y)
    if (this.#match(/<</y)) return this.#dictionary()
    if (this.#match(/\[/y)) return this.#array()
    const name = this.#match(/\/([^\s()<>[\]{}/%]*)/y)
    if (name)
      return new Name(
        name[1]!.replace(/#([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
      )
    const hex = this.#match(/<([0-9A-Fa-f\s]*)>/y)
    if (hex) return Buffer.from(hex[1]!.replace(/\s/g, ''), 'hex')
    if (this.#text[this.at] === '(') return this.#string()
    const ref = this.#match(/(\d+) 0 R/y)
    if (ref) return new Ref(Number(ref[1]))
    const number = this.#match(/[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/y)
    if (number) return Number(number[0])
    const word = this.#match(/true|false|null/y)
    if (!word) throw new Error(`Nothing readable at ${this.at}: ${this.#text.slice(this.at, this.at + 20)}`)
    return word[0] === 'null' ? null : word[0] === 'true'
  }

  #dictionary(): Dictionary {
    const found: Dictionary = new Map()
    while (!this.#match(/\s*>>/y)) {
      const key = this.value()
      if (!(key instanceof Name)) throw new Error(`A dictionary's key is not a name at ${this.at}.`)
      found.set(key.name, this.value())
    }
    return found
  }

  #array(): readonly Value[] {
    const found: Value[] = []
    while (!this.#match(/\s*\]/y)) found.push(this.value())
    return found
  }

  #string(): Buffer {
    let depth = 0
    let read = ''
    for (; ; this.at++) {
      const letter = this.#text[this.at]
      if (letter === undefined) throw new Error('A string has no end.')
      if (letter === '\\') {
        const next = this.#text[++this.at]!
        read += { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }[next] ?? next
        continue
      }
      if (letter === '(' && depth++ === 0) continue
      if (letter === ')' && --depth === 0) break
      read += letter
    }
    this.at++
    return Buffer.from(read, 'latin1')
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.#text)
    if (found) this.at = pattern.lastIndex
    return found
  }
}
