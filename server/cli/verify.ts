/**
 * `npm run --silent verify -- certificate.pdf… --keys keys.json`: verifies each file with the published keys, without
 * network or database, and prints one JSON line per file.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { findCertificateByNumber } from '#server/certificates/certificates/queries.ts'
import { verdictOf } from '#server/certificates/certificates/verification-page.ts'
import { KeyFileError, readKeyFile, readPublishedKeys } from '#server/certificates/credentials/key-file.ts'
import { type PublishedKeys, publishedKeys } from '#server/certificates/credentials/keys.ts'
import { type Verification, verifyCertificateFile } from '#server/certificates/credentials/verification.ts'
import type { Database } from '#server/db/connection.ts'
import { openBesideServer } from '#server/db/open.ts'
import { settings } from '#server/settings.ts'

const usage = `Usage:
  npm run --silent verify -- certificate.pdf folder/ --keys keys.json
  npm run --silent verify -- certificate.pdf --database     with what this installation's record says of it today
The keys are those that the installation publishes at /keys.json. Without --keys, this installation's own keys are used.`

/** Far more than any certificate. Larger files are not read. */
const mostBytes = 32 * 1024 * 1024

const { files, keysFile, asksDatabase } = readArguments()
const keys = await openKeys(keysFile)
const database = asksDatabase ? await openBesideServer(settings()) : null
let allGenuine = true
for (const file of await withFolders(files)) {
  const verification = await verify(file, keys)
  const record = database && (await recordOf(database.db, verification))
  allGenuine &&= verification.verdict === 'genuine' && (record === null || record.status === 'valid')
  process.stdout.write(
    `${JSON.stringify({ ...lineOf(file, verification), ...(record ? { record } : {}) })}\n`,
  )
}
await database?.close()
process.exitCode = allGenuine ? 0 : 1

function readArguments(): {
  files: readonly string[]
  keysFile: string | undefined
  asksDatabase: boolean
} {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { keys: { type: 'string' }, database: { type: 'boolean', default: false } },
    })
    if (positionals.length === 0) throw new Error('Enter at least one file.')
    return { files: positionals, keysFile: values.keys, asksDatabase: values.database }
  } catch (error) {
    return end(`${(error as Error).message}\n${usage}`)
  }
}

/** Replaces each folder by its PDF and JSON files, sorted by name. */
async function withFolders(named: readonly string[]): Promise<readonly string[]> {
  const files: string[] = []
  for (const name of named) {
    const isFolder = await stat(name).then(
      (found) => found.isDirectory(),
      () => false,
    )
    const within = isFolder ? await readdir(name, { recursive: true }) : []
    const certificates = within
      .filter((file) => /\.(pdf|json)$/i.test(file))
      .map((file) => path.join(name, file))
      .filter((file) => keysFile === undefined || path.resolve(file) !== path.resolve(keysFile))
    files.push(...(certificates.length > 0 ? certificates.sort() : [name]))
  }
  return files
}

async function openKeys(file: string | undefined): Promise<PublishedKeys> {
  try {
    return file === undefined
      ? publishedKeys(await readKeyFile(settings().keysFile))
      : await readPublishedKeys(file)
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error
    return end(`${error.message}\n${usage}`)
  }
}

async function verify(file: string, keys: PublishedKeys): Promise<Verification> {
  try {
    const { size } = await stat(file)
    if (size > mostBytes) return unread('The file is too large to be a certificate.')
    return await verifyCertificateFile(await readFile(file), keys)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return unread(`The file could not be read (${code}).`)
  }
}

/** The record's status today of the certificate that a file is or claims to be. */
async function recordOf(db: Database, { claimed_number }: Verification) {
  const certificate = await findCertificateByNumber(db, claimed_number ?? '-')
  if (!certificate) return { status: 'unknown' as const }
  const { facts, revoked_at, superseded_at, corrected_by } = certificate
  const { person_name, course_title, course_version, completed_on, issued_at, hours } = facts
  return {
    status: verdictOf(certificate),
    since: revoked_at ?? superseded_at,
    replaced_by: corrected_by?.number ?? null,
    ...{ person_name, course_title, course_version, completed_on, issued_at, hours },
  }
}

function lineOf(file: string, { verdict, why, facts, claimed_number }: Verification): object {
  return { file, verdict, why, ...(facts ?? (claimed_number === null ? {} : { claimed_number })) }
}

function unread(why: string): Verification {
  return {
    verdict: 'not_a_certificate',
    why,
    facts: null,
    credential: null,
    claimed_number: null,
    claimed_address: null,
  }
}

function end(message: string): never {
  console.error(message)
  process.exit(2)
}
