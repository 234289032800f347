import { createHash, type Hash } from 'node:crypto'
import { once } from 'node:events'
import type pg from 'pg'
import { from, to } from 'pg-copy-streams'
import type { TableShape, TableSum } from './backup-file.ts'
import { copySource } from './tables.queries.ts'

const newline = 10

/** Counts and hashes rows in COPY text format, where each row ends with the only line break in it. */
class Sum {
  readonly #hash: Hash = createHash('sha256')
  #rows = 0

  add(chunk: Buffer): void {
    this.#hash.update(chunk)
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) this.#rows++
  }

  end(): TableSum {
    return { rows: this.#rows, sha256: this.#hash.digest('hex') }
  }
}

/** Reads a table's rows and hands them on in parts of a few megabytes. */
export async function copyOut(
  client: pg.Client,
  table: TableShape,
  take: (part: Buffer) => Promise<void>,
): Promise<TableSum> {
  const sum = new Sum()
  let held: Buffer[] = []
  let size = 0
  for await (const chunk of client.query(to(`copy ${copySource(table)} to stdout`))) {
    sum.add(chunk)
    held.push(chunk)
    size += chunk.length
    if (size < 4 * 1024 * 1024) continue
    await take(Buffer.concat(held))
    held = []
    size = 0
  }
  if (size > 0) await take(Buffer.concat(held))
  return sum.end()
}

export type CopyIn = Readonly<{ add: (part: Buffer) => Promise<void>; end: () => Promise<TableSum> }>

/** Puts rows into an empty table, part by part. */
export function copyIn(client: pg.Client, table: TableShape): CopyIn {
  const sum = new Sum()
  const stream = client.query(from(`copy ${copySource(table)} from stdin`))
  const failed = new Promise<never>((_, reject) => stream.once('error', reject))
  failed.catch(() => {})
  return {
    add: async (part) => {
      sum.add(part)
      if (!stream.write(part)) await Promise.race([once(stream, 'drain'), failed])
    },
    end: async () => {
      stream.end()
      await Promise.race([once(stream, 'finish'), failed])
      return sum.end()
    },
  }
}
