import { inflated, textOf } from './pdf-decoding.ts'

/**
 * Whether every file in a PDF is JSON, such as the credential in a certificate of this service. Readers of PDFs differ in
 * what they forgive, so all objects have to be written as our certificates write them: none hides behind a comment, in an
 * object stream, in the middle of another one or under a length that isn't its own.
 */
export function isDataAlone(file: Buffer, texts: readonly string[], mostInside: number): boolean {
  const written = file.toString('latin1')
  if (hidesObjects.test(textOf(file)) || !arePlacesPlain(written)) return false
  const numbers = texts.map(filesIn)
  return numbers.every((found) => found?.every((number) => isJson(file, written, { number, mostInside })))
}

/** What says where objects are, or holds them, where no one looks for them here. */
const hidesObjects = /\/(?:ObjStm|XRef|XRefStm)\b/

const plainHeader = /(?<=[\r\n])(0|[1-9]\d*) \d+ obj(?=[\r\n])/g
/** Where any reader may see an object begin: NUL is a space there. */
const anyHeader = /(?<=[\0\t\n\f\r \d])obj(?=[\0\t\n\f\r ()<>[\]{}/%\d+-])/g

/** Whether each object begins as `7 0 obj` on a line of its own, and each table of objects leads to such lines alone. */
function arePlacesPlain(written: string): boolean {
  const headers = [...written.matchAll(plainHeader)]
  if ([...written.matchAll(anyHeader)].length !== headers.length) return false
  const numbers = new Map(headers.map(({ index, 1: number }) => [index, Number(number)]))
  const tables = [...written.matchAll(/(?<!start)xref/g)].map(({ index }) => index)
  const leads = [...written.matchAll(/(?:startxref|\/Prev)\b([^>/]{0,40})/g)].map(([, place]) =>
    /^\s*(\d+)\s/.exec(`${place} `),
  )
  return (
    tables.length > 0 &&
    tables.every((at) => isTablePlain(written, at, numbers)) &&
    leads.every((lead) => lead && tables.includes(Number(lead[1])))
  )
}

function isTablePlain(written: string, at: number, numbers: ReadonlyMap<number, number>): boolean {
  const table = /xref\r?\n((?:\d+ \d+ ?\r?\n(?:\d{10} \d{5} [nf](?: \r| \n|\r\n))*)+)trailer/y
  table.lastIndex = at
  const [, sections] = table.exec(written) ?? []
  let number = 0
  return (
    sections?.split(/\r?\n|\r/).every((line) => {
      const [first = '', , kind] = line.split(' ')
      if (kind !== 'n' && kind !== 'f') number = Number(first)
      else if (kind === 'n' && numbers.get(Number(first)) !== number++) return false
      else if (kind === 'f') number += 1
      return true
    }) ?? false
  )
}

/** The numbers of the objects that hold files, or null where it isn't said in so many words. */
function filesIn(text: string): readonly number[] | null {
  const places = [...text.matchAll(/\/EF\s*<<((?:\s*\/(?:F|UF|DOS|Mac|Unix)\s+\d+\s+\d+\s+R)+)\s*>>/g)]
  if (places.length !== [...text.matchAll(/\/EF\b/g)].length) return null
  return places.flatMap(([, place]) =>
    [...place!.matchAll(/(\d+)\s+\d+\s+R/g)].map(([, number]) => Number(number)),
  )
}

type Wanted = Readonly<{ number: number; mostInside: number }>

/** Each object of that number, whatever its generation, because some readers ignore it. */
function isJson(file: Buffer, written: string, { number, mostInside }: Wanted): boolean {
  const kept = [...written.matchAll(plainHeader)].filter(([, one]) => Number(one) === number)
  return (
    kept.length > 0 &&
    kept.every(({ 0: header, index }) => holdsJson(file, written, index + header.length, mostInside))
  )
}

/** A dictionary with no strings but dates, no comments and at most one dictionary inside it; then the stream. */
const plainStream = /\s*<<((?:[^<>()%]|\(D:[\dZ+'-]*\)|<<(?:[^<>()%]|\(D:[\dZ+'-]*\))*>>)*)>>\s*stream\r?\n/y

function holdsJson(file: Buffer, written: string, from: number, mostInside: number): boolean {
  plainStream.lastIndex = from
  const [whole = '', entries] = plainStream.exec(written) ?? []
  // Escapes would hide a name, and what else says how to read a stream is not in ours.
  const plain = entries?.replace('application#2Fjson', '').replace('application#2Fld+json', '') ?? '#'
  if (/#|\/(?:DecodeParms|DP|F|FFilter|FDecodeParms|DL)\b/.test(plain)) return false
  const filters = [...plain.matchAll(/\/Filter\b(\s*\/FlateDecode\b)?/g)]
  const lengths = [...plain.matchAll(/\/Length\b(?: (\d+)(?=\s*(?:[/]|$)))?/g)]
  if (filters.length > 1 || filters.some(([, flate]) => !flate) || lengths.length !== 1) return false
  const start = from + whole.length
  const end = start + Number(lengths[0]![1])
  if (!/^\r?\n?endstream\b/.test(written.slice(end, end + 16))) return false
  const inner =
    filters.length > 0 ? inflated(file.subarray(start, end), mostInside) : file.subarray(start, end)
  return inner !== 'unreadable' && isParsable(inner)
}

function isParsable(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'))
    return true
  } catch {
    return false
  }
}
