import { appendFile, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Kysely } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import { checkLedger, type Finding, type Kept, type StoredEntry } from '#server/ledger/checking.ts'
import { findLastCheck, recordCheck } from '#server/ledger/checks.ts'
import { type Head, readHead } from '#server/ledger/heads.ts'
import { merkleRoot, merkleTree } from '#server/ledger/merkle.ts'
import { placeEntries } from '#server/ledger/placing.actions.ts'
import {
  atOneInstant,
  countEntries,
  findLastHead,
  listEntries,
  listWaiting,
  type Recorded,
} from '#server/ledger/queries.ts'
import { findAlteredTile, keepTiles } from '#server/ledger/tiles.actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { AccountMail } from '#server/people/account-emails.ts'
import { openSigningKey } from './key-file.ts'
import { ledgerOrigin, signHead } from './ledger-head.ts'
import { askWitnesses, type WitnessSetting } from './witnesses.actions.ts'

type Needs = Readonly<{
  config: Readonly<{
    baseUrl: string
    keysFile: string
    dataDir: string
    ledgerHeadMail: string | undefined
    witnesses: readonly WitnessSetting[]
  }>
  mail: AccountMail
  readRegister?: ReadRegister
}>

/** Reads the certificate register, which is in a room above, and returns what compares it with the ledger. */
type ReadRegister = (
  db: Kysely<DB>,
) => Promise<Readonly<{ check: (entries: readonly Recorded[]) => Finding | null }>>

type HeadResult =
  | { kind: 'kept'; note: string; file: string }
  /** Nothing is due, or there is nothing new to sign. */
  | { kind: 'nothing-to-do' }

export class LedgerAltered extends Error {
  readonly finding: Finding

  constructor(finding: Finding) {
    super(`The ledger was altered at row ${finding.row}: ${finding.what} No head was signed.`)
    this.finding = finding
  }
}

/**
 * Once an hour, and after 1,000 new entries: checks the ledger against the copy kept outside the database and the register
 * against the ledger. If there is anything new, signs the head and stores that outside too, as the day's file; the day's
 * first goes out by email, if an address is configured. An altered ledger is not signed.
 */
export async function keepHead(
  db: Database,
  { config, mail, readRegister }: Needs,
  now: Date,
): Promise<HeadResult> {
  await placeEntries(db)
  if (!(await isCheckDue(db, now))) return { kind: 'nothing-to-do' }
  const folder = headsFolder(config.dataDir)
  const file = path.join(folder, `${dayOf(now)}.txt`)
  const { rows, kept, finding } = await checkAgainstKept(db, config.dataDir, readRegister)
  await keepFinding(db, rows.length, finding, now)
  const isFirstOfDay = (await textOf(file)) === null
  const last = await findLastHead(db)
  if (rows.length === 0 || (!isFirstOfDay && last?.size === rows.length)) {
    await recordCheck(db, rows.length, null, now)
    return { kind: 'nothing-to-do' }
  }
  const hashes = rows.map(({ hash }) => hash)
  const head: Head = {
    origin: ledgerOrigin(config.baseUrl),
    size: rows.length,
    root: merkleRoot(merkleTree(hashes)),
    at: now.toISOString(),
  }
  await keepTiles(db, head.size)
  const note = await signHead(head, await openSigningKey(config.keysFile, config.baseUrl, now))
  const { finding: other, cosignatures } = await askWitnesses(db, config.witnesses, { size: head.size, note })
  await keepFinding(db, rows.length, other, now)
  await recordCheck(db, rows.length, null, now)
  await db.transaction().execute(async (trx) => {
    const { id: head_id } = await trx
      .insertInto('ledger_heads')
      .values({ size: head.size, root: head.root, note, signed_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    if (cosignatures.length > 0)
      await trx
        .insertInto('ledger_cosignatures')
        .values(cosignatures.map((one) => ({ ...one, head_id, cosigned_at: now })))
        .execute()
    // Queued until the mail server takes it; of several servers, the first of the day.
    if (mail && config.ledgerHeadMail)
      await mail(trx, {
        to: config.ledgerHeadMail,
        subject: `Ledger head of ${dayOf(now)}`,
        text: `Keep this message. It can show any later change to the first ${head.size} rows of the ledger:\nnpm run ledger:check -- --head FILE\n\n${note}`,
        cause: `ledger head ${dayOf(now)}`,
      })
  })
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
  return { kind: 'kept', note, file }
}

async function keepFinding(db: Database, entries: number, finding: Finding | null, now: Date): Promise<void> {
  if (!finding) return
  await recordCheck(db, entries, finding, now)
  throw new LedgerAltered(finding)
}

async function isCheckDue(db: Database, now: Date): Promise<boolean> {
  const [check, head, count] = await Promise.all([findLastCheck(db), findLastHead(db), countEntries(db)])
  if (count === 0) return false
  const isHourOver = !check || now.getTime() - check.checked_at.getTime() >= 55 * 60_000
  return isHourOver || count - (head?.size ?? 0) >= 1000
}

export const headsFolder = (dataDir: string): string => path.join(dataDir, 'ledger-heads')

/** The newest day whose head is a file outside the database; null where there is none. */
export async function findLastKeptHead(dataDir: string): Promise<{ file: string; day: string } | null> {
  const folder = headsFolder(dataDir)
  const names = await readdir(folder).catch(() => [])
  const name = names
    .filter((one) => /^\d{4}-\d\d-\d\d\.txt$/.test(one))
    .sort()
    .at(-1)
  return name ? { file: path.join(folder, name), day: name.slice(0, 10) } : null
}

const hashesName = 'hashes.txt'

/**
 * Compares every row with what was kept outside the database, and the certificate register with the rows. Says the first
 * difference. What is compared was read at one instant, and the head before it.
 */
export async function checkAgainstKept(
  db: Database,
  dataDir: string,
  readRegister?: ReadRegister,
): Promise<Readonly<{ rows: readonly StoredEntry[]; kept: Kept | null; finding: Finding | null }>> {
  const kept = await readKept(headsFolder(dataDir), (await findLastHead(db))?.note ?? null)
  const { rows, waiting, register } = await atOneInstant(db, async (trx) => ({
    rows: await listEntries(trx),
    waiting: await listWaiting(trx),
    register: await readRegister?.(trx),
  }))
  const finding =
    checkLedger(rows, kept) ??
    (await findAlteredTile(
      db,
      rows.map(({ hash }) => hash),
    )) ??
    register?.check([...rows, ...waiting]) ??
    null
  return { rows, kept, finding }
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
