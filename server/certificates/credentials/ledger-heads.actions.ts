import {
  appendFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import type { Kysely } from 'kysely'
import type { Database } from '#server/db/connection.ts'
import type { DB } from '#server/db/schema.ts'
import type { Finding } from '#server/ledger/checking.ts'
import { findLastCheck, recordCheck } from '#server/ledger/checks.ts'
import { type Head, readHead } from '#server/ledger/heads.ts'
import { isHeadDue, placeEntries } from '#server/ledger/placing.actions.ts'
import { atOneInstant, countEntries, findLastHead } from '#server/ledger/queries.ts'
import { keepTiles } from '#server/ledger/tiles.actions.ts'
import {
  checkWholeLedger,
  type KeptHashes,
  rootOf,
  type WholeCheck,
} from '#server/ledger/whole-check.actions.ts'
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
  checkRegister?: CheckRegister
}>

/** Compares the certificate register, which is in a room above, with the ledger. */
type CheckRegister = (db: Kysely<DB>) => Promise<Readonly<{ finding: Finding | null }>>

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
  { config, mail, checkRegister }: Needs,
  now: Date,
): Promise<HeadResult> {
  await placeEntries(db)
  if (!(await isCheckDue(db, now))) return { kind: 'nothing-to-do' }
  const folder = headsFolder(config.dataDir)
  const file = path.join(folder, `${dayOf(now)}.txt`)
  const { size, root, added, finding } = await checkAgainstKept(db, config.dataDir, checkRegister)
  await keepFinding(db, size, finding, now)
  const isFirstOfDay = (await textOf(file)) === null
  const last = await findLastHead(db)
  if (size === 0 || (!isFirstOfDay && last?.size === size)) {
    await recordCheck(db, size, null, now)
    return { kind: 'nothing-to-do' }
  }
  const head: Head = { origin: ledgerOrigin(config.baseUrl), size, root, at: now.toISOString() }
  await keepTiles(db, head.size)
  const note = await signHead(head, await openSigningKey(config.keysFile, config.baseUrl, now))
  const { finding: other, cosignatures } = await askWitnesses(db, config.witnesses, { size: head.size, note })
  await keepFinding(db, size, other, now)
  await recordCheck(db, size, null, now)
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
    // Queued until the mail server takes it, with no end of retries; of several servers, the first of the day.
    if (mail && config.ledgerHeadMail)
      await mail(trx, {
        to: config.ledgerHeadMail,
        subject: `Ledger head of ${dayOf(now)}`,
        text: `Keep this message. It can show any later change to the first ${head.size} rows of the ledger:\nnpm run ledger:check -- --head FILE\n\n${note}`,
        cause: `ledger head ${dayOf(now)}`,
      })
  })
  await mkdir(folder, { recursive: true })
  await appendHashes(path.join(folder, hashesName), size - added.length, added)
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
  // A check from the future was made by a clock that was ahead, and says nothing of the hour before now.
  const since = check && now.getTime() - check.checked_at.getTime()
  const isHourOver = since === null || since >= 55 * 60_000 || since < 0
  return isHourOver || isHeadDue(head?.size ?? 0, count)
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
  checkRegister?: CheckRegister,
): Promise<WholeCheck> {
  const known = await keptHashes(path.join(headsFolder(dataDir), hashesName))
  const head = await keptHead((await findLastHead(db))?.note ?? null, known)
  return atOneInstant(db, async (trx) => {
    const check = await checkWholeLedger(trx, head, known)
    if (check.finding || !checkRegister) return check
    return { ...check, finding: (await checkRegister(trx)).finding }
  })
}

/** The latest head that is kept outside the database, or else the one in it. */
async function keptHead(note: string | null, known: KeptHashes | null): Promise<Head | null> {
  const head = note === null ? null : readHead(note)
  // Trust the outside copy over the database, whose row may be lost or forged.
  if (!known || (head && head.size >= known.count)) return head
  return {
    origin: '',
    size: known.count,
    root: await rootOf(known, known.count),
    at: 'the last stored head',
  }
}

/** 64 digits and a line break. */
const hashLine = 65

/** The hashes in a file, one per line, stored next to the head's file. Null if there are none. */
export async function keptHashes(file: string): Promise<KeptHashes | null> {
  // A last line without a line break was cut off while it was written.
  const count = Math.floor((await sizeOf(file)) / hashLine)
  if (count === 0) return null
  const read = async (first: number, many: number) => {
    const handle = await open(file)
    try {
      const bytes = Buffer.alloc(many * hashLine)
      await handle.read(bytes, 0, bytes.length, first * hashLine)
      return Array.from({ length: many }, (_, at) =>
        bytes.toString('latin1', at * hashLine, (at + 1) * hashLine - 1),
      )
    } finally {
      await handle.close()
    }
  }
  return { count, read }
}

async function appendHashes(file: string, there: number, added: readonly string[]): Promise<void> {
  if ((await sizeOf(file)) > there * hashLine) await truncate(file, there * hashLine)
  await appendFile(file, added.map((hash) => `${hash}\n`).join(''))
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

/** The same as a list. */
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
