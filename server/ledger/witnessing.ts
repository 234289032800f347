import { isConsistent } from './consistency.ts'
import { isSignedByLog, splitNote, type VerifierKey } from './signed-note.ts'

/** A head that another installation asks to have cosigned (C2SP tlog-witness, add-checkpoint). */
type Submission = Readonly<{
  oldSize: number
  path: readonly Buffer[]
  note: string
  origin: string
  size: number
  root: Buffer
}>

export type Seen = Readonly<{ size: number; root: Buffer }>

type WitnessAnswer =
  | Readonly<{ kind: 'cosign'; submission: Submission }>
  | Readonly<{ kind: 'malformed' | 'unknown-log' | 'unsigned' | 'inconsistent' }>
  /** The witness has seen another size than the one that the log believes. */
  | Readonly<{ kind: 'conflict'; size: number }>

/** What a witness answers, given the last head of the log that it has cosigned. */
export function witnessAnswer(
  submission: Submission | null,
  logs: readonly VerifierKey[],
  seen: Seen,
): WitnessAnswer {
  if (!submission) return { kind: 'malformed' }
  const keys = logs.filter(({ name }) => name === submission.origin)
  if (keys.length === 0) return { kind: 'unknown-log' }
  if (!keys.some((key) => isSignedByLog(submission.note, key))) return { kind: 'unsigned' }
  const { oldSize, size, root, path } = submission
  if (oldSize > size) return { kind: 'malformed' }
  if (oldSize !== seen.size) return { kind: 'conflict', size: seen.size }
  const isLonger =
    oldSize === 0
      ? path.length === 0
      : isConsistent({ earlier: oldSize, size, before: seen.root, after: root, path })
  return isLonger ? { kind: 'cosign', submission } : { kind: 'inconsistent' }
}

/** Reads the body of an add-checkpoint request. */
export function readSubmission(body: string): Submission | null {
  const end = body.indexOf('\n\n')
  const [first = '', ...hashes] = body.slice(0, Math.max(end, 0)).split('\n')
  const old = /^old (0|[1-9]\d{0,14})$/.exec(first)
  const note = body.slice(end + 2)
  const parts = splitNote(note)
  if (!old || !parts || hashes.length > 63) return null
  const [origin = '', size = '', root = ''] = parts.body.split('\n')
  const path = hashes.map(hashIn)
  const rootHash = hashIn(root)
  if (!origin || !/^(0|[1-9]\d{0,14})$/.test(size) || !rootHash || path.includes(null)) return null
  return { oldSize: Number(old[1]), path: path as Buffer[], note, origin, size: Number(size), root: rootHash }
}

export const submissionText = (oldSize: number, path: readonly Buffer[], note: string): string =>
  [`old ${oldSize}`, ...path.map((hash) => hash.toString('base64')), '', note].join('\n')

function hashIn(line: string): Buffer | null {
  const bytes = Buffer.from(line, 'base64')
  return bytes.length === 32 && bytes.toString('base64') === line ? bytes : null
}
