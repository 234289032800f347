/**
 * The ledger's head at an instant: its number of rows and their Merkle root. Written as a C2SP checkpoint, so that
 * transparency log tools can read it: the body, an empty line and signature lines that start with an em dash.
 */
export type Head = Readonly<{
  /** The name of the ledger. */
  origin: string
  size: number
  /** In hex. */
  root: string
  /** ISO 8601 in UTC. */
  at: string
}>

export function headBody({ origin, size, root, at }: Head): string {
  return `${origin}\n${size}\n${Buffer.from(root, 'hex').toString('base64')}\ntime ${at}\n`
}

/** Reads the body of a note. Null if it isn't one. */
export function readHead(note: string): Head | null {
  const found = /^([^\n]+)\n([1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\ntime (\d{4}-\d\d-\d\dT[\d:.]+Z)\n\n/.exec(
    note,
  )
  if (!found) return null
  const [, origin, size, root, at] = found as unknown as [string, string, string, string, string]
  const head = { origin, size: Number(size), root: Buffer.from(root, 'base64').toString('hex'), at }
  // Base64 has several encodings of the same bytes. Only accept the one that we write.
  return note.startsWith(`${headBody(head)}\n`) ? head : null
}
