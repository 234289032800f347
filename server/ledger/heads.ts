/**
 * The ledger's head as it stood: how many rows, their Merkle root, and when. Written as a C2SP checkpoint, so that the
 * tools of transparency logs read it: the body, an empty line, and signature lines that begin with an em dash.
 */
export type Head = Readonly<{
  /** Whose ledger it is. */
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

/** Reads the body of a note; null where it is none. */
export function readHead(note: string): Head | null {
  const found = /^([^\n]+)\n([1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\ntime (\d{4}-\d\d-\d\dT[\d:.]+Z)\n\n/.exec(
    note,
  )
  if (!found) return null
  const [, origin, size, root, at] = found as unknown as [string, string, string, string, string]
  const head = { origin, size: Number(size), root: Buffer.from(root, 'base64').toString('hex'), at }
  // Base64 has several spellings of the same bytes: only the one that we write is a head.
  return note.startsWith(`${headBody(head)}\n`) ? head : null
}
