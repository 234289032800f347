import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Database } from '#server/db/connection.ts'
import { checkLedger, type Finding, type Kept, type StoredEntry } from '#server/ledger/checking.ts'
import { type Head, readHead } from '#server/ledger/heads.ts'
import { merkleRoot, merkleTree } from '#server/ledger/merkle.ts'
import { findLastHead, listEntries } from '#server/ledger/queries.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Mail } from '#server/lib/mail.ts'
import { openSigningKey } from './key-file.ts'
import { ledgerOrigin, signHead } from './ledger-head.ts'

type Needs = Readonly<{
  config: Readonly<{ baseUrl: string; keysFile: string; dataDir: string; ledgerHeadMail: string | undefined }>
  mail: Mail
}>

export type HeadResult =
  | { kind: 'kept'; note: string; file: string }
  /** Today's head is stored already, or there is nothing to sign yet. */
  | { kind: 'nothing-to-do' }

class LedgerAltered extends Error {
  readonly finding: Finding

  constructor(finding: Finding) {
    super(`The ledger was altered at row ${finding.row}: ${finding.what} No head was signed.`)
    this.finding = finding
  }
}

/**
 * Once a day: checks the ledger against the copy kept outside the database, signs its head and stores that outside
 * too, as a file and, if an address is configured, by email. An altered ledger is not signed.
 */
export async function keepHead(db: Database, { config, mail }: Needs, now: Date): Promise<HeadResult> {
  const folder = headsFolder(config.dataDir)
  const file = path.join(folder, `${dayOf(now)}.txt`)
  if ((await textOf(file)) !== null) return { kind: 'nothing-to-do' }
  const { rows, kept, finding } = await checkAgainstKept(db, config.dataDir)
  if (rows.length === 0) return { kind: 'nothing-to-do' }
  if (finding) throw new LedgerAltered(finding)
  const hashes = rows.map(({ hash }) => hash)
  const head: Head = {
    origin: ledgerOrigin(config.baseUrl),
    size: rows.length,
    root: merkleRoot(merkleTree(hashes)),
    at: now.toISOString(),
  }
  const note = await signHead(head, await openSigningKey(config.keysFile, config.baseUrl, now))
  await db
    .insertInto('ledger_heads')
    .values({ size: head.size, root: head.root, note, signed_at: now })
    .execute()
  await mkdir(folder, { recursive: true })
  const there = kept?.hashes?.length ?? 0
  await appendFile(
    path.join(folder, hashesName),
    hashes
      .slice(there)
      .map((hash) => `${hash}\n`)
      .join(''),
  )
  // Written last, so that a day's head file exists only if its hashes do.
  await writeFile(`${file}.new`, note)
  await rename(`${file}.new`, file)
  if (mail && config.ledgerHeadMail)
    await mail({
      to: config.ledgerHeadMail,
      subject: `Ledger head of ${dayOf(now)}`,
      text: `Keep this message. It can show any later change to the first ${head.size} rows of the ledger:\nnpm run ledger:check -- --head FILE\n\n${note}`,
    })
  return { kind: 'kept', note, file }
}

export const headsFolder = (dataDir: string): string => path.join(dataDir, 'ledger-heads')

const hashesName = 'hashes.txt'

/** Compares every row with what was kept outside the database, and says the first difference. */
export async function checkAgainstKept(
  db: Database,
  dataDir: string,
): Promise<Readonly<{ rows: readonly StoredEntry[]; kept: Kept | null; finding: Finding | null }>> {
  const rows = await listEntries(db)
  const kept = await readKept(headsFolder(dataDir), (await findLastHead(db))?.note ?? null)
  return { rows, kept, finding: checkLedger(rows, kept) }
}

/** The latest head that is kept outside the database, or else the one in it, with the hashes beside them. */
async function readKept(folder: string, note: string | null) {
  const hashes = await readHashes(path.join(folder, hashesName))
  const head = note === null ? null : readHead(note)
  if (!head) return hashes.length > 0 ? { head: headOf(hashes), hashes } : null
  // Trust the outside copy over the database, whose row may be lost or forged.
  if (hashes.length > head.size) return { head: headOf(hashes), hashes }
  return { head, hashes: hashes.length === 0 ? null : hashes }
}

const headOf = (hashes: readonly string[]): Head => ({
  origin: '',
  size: hashes.length,
  root: merkleRoot(merkleTree(hashes)),
  at: 'the last stored head',
})

/** The hash of each row, one per line, stored next to the head's file. */
export async function readHashes(file: string): Promise<readonly string[]> {
  const lines = ((await textOf(file)) ?? '').split('\n')
  // A last line without a line break was cut off while it was written.
  return lines.slice(0, -1)
}

export const hashesBeside = (headFile: string): string => path.join(path.dirname(headFile), hashesName)

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
