import { isDataAlone } from './pdf-attachments.ts'
import { fromAscii85, fromHex, inflated, streamsOf, textOf } from './pdf-decoding.ts'

type PdfContent = 'no-scripts' | 'scripts' | 'attachments' | 'unreadable' | 'too-much'

/**
 * Whether a PDF runs scripts or programs, has a form that may (XFA), or brings other files that may. Its objects may be encoded, several times over, and a name may be written in
 * escapes. What a stream says about its encoding and length can mislead, so each is tried in each encoding to its end.
 */
export default function scriptsIn(bytes: Uint8Array): PdfContent {
  const file = Buffer.from(bytes)
  let left = mostDecoded
  const attached: string[] = []
  const look = (decoded: Buffer, depth: number): PdfContent => {
    const text = textOf(decoded)
    const found = namesIn(text)
    if (found !== 'no-scripts') return found
    if (attaches.test(text)) attached.push(text)
    for (const encoded of depth === 0 ? streamsOf(file) : [decoded])
      for (const decode of [inflated, fromHex, fromAscii85]) {
        const inner = decode(encoded, left)
        if (inner === 'unreadable') return inner
        if (inner.length === 0) continue
        left -= inner.length
        // A file that is this large inside, or encoded this often, is not a certificate of attendance.
        if (left <= 0 || depth === mostLayers) return 'too-much'
        const answer = look(inner, depth + 1)
        if (answer !== 'no-scripts') return answer
      }
    return 'no-scripts'
  }
  const answer = look(file, 0)
  if (answer !== 'no-scripts') return answer
  return attached.length === 0 || isDataAlone(file, attached, mostDecoded) ? 'no-scripts' : 'attachments'
}

const mostDecoded = 40_000_000
const mostLayers = 8

/** Not /JS, which scans hold by chance: what runs it says one of these, too. */
const runs = /\/(?:JavaScript|Launch|RichMedia|Rendition)\b|\/XFA(?:\s|%[^\r\n]*[\r\n])*[[\d]/
/** Other files in it, however they are reached. */
const attaches = /\/(?:EmbeddedFiles?|FileAttachment|GoToE|Collection)\b|\/EF\s*<<|\/EF\s+\d+\s+\d+\s+R\b/
/**
 * Encrypted, in an encoding of old scanners or one whose errors readers forgive differently, or an object stream whose
 * bytes are differences.
 */
const hides =
  /\/(?:Encrypt|Crypt|LZWDecode|RunLengthDecode|ASCIIHexDecode|BrotliDecode)\b|\/Filter[\s[]*(?:\/\w+\s*)*\/(?:LZW|RL|AHx)\b|\/ObjStm\b[^>]*<<[^>]*\/Predictor\s+(?!1\b)|\/Predictor\s+(?!1\b)[^>]*>>[^>]*\/ObjStm\b/

function namesIn(text: string): PdfContent {
  if (runs.test(text)) return 'scripts'
  return hides.test(text) ? 'unreadable' : 'no-scripts'
}
