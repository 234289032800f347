import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import pg from 'pg'
import { type Binaries, chooseLauncher, findBinaries, initialise, launch, majorOf } from './binaries.ts'
import { stopOrphan } from './orphan.ts'
import { serverTroubles } from './server-troubles.ts'

type EmbeddedPostgres = Readonly<{
  url: string
  /** True if the cluster was created at this start. */
  isNew: boolean
  /** Ends the server and its clients; resolves when it has written everything, or was cut off and recovers at the next start. */
  stop: () => Promise<void>
  /** Settles if the server stops unexpectedly. */
  ended: Promise<void>
}>

/**
 * Starts a real PostgreSQL with its cluster in `folder`, on a free loopback port. The password is in a file that only
 * its owner can read. PostgreSQL recovers a killed cluster. The caller holds the data folder's lock.
 */
export async function startEmbeddedPostgres(
  folder: string,
  options: {
    durable?: boolean
    database?: string
    onTrouble?: (line: string) => void
    /** Of another major version, for a cluster that this one can't read. */
    binaries?: Binaries
  } = {},
): Promise<EmbeddedPostgres> {
  const binaries = options.binaries ?? (await findBinaries())
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const cluster = path.join(folder, 'postgres')
  // A new, empty database in place of the one that waits to be moved here would look like lost data.
  if (!existsSync(cluster) && existsSync(path.join(folder, upgradeFolder, 'postgres')))
    throw new Error(
      'An upgrade of the database was interrupted just before its end. Run npm run upgrade-database again.',
    )
  const passwordFile = path.join(folder, 'postgres-password')
  const launcher = chooseLauncher(binaries, folder)
  const isNew = !existsSync(path.join(cluster, 'PG_VERSION'))
  if (isNew) initialise(binaries, launcher, cluster, passwordFile)
  else stopOrphan(cluster)
  const password = readFileSync(passwordFile, 'utf8').trim()
  const port = await freePort()
  const child = launch(launcher, binaries.postgres, serverArguments(cluster, port, options.durable ?? true))
  const output: string[] = []
  child.stderr?.on('data', (chunk) => {
    output.push(String(chunk))
    if (output.length > 50) output.shift()
  })
  if (child.stderr) serverTroubles(child.stderr, options.onTrouble ?? console.error)
  // However this process ends, its database ends with it; cut off at once, it recovers at the next start.
  const cutOff = () => child.kill('SIGQUIT')
  process.once('exit', cutOff)
  child.once('exit', () => process.off('exit', cutOff))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const server = `postgres://safe_harbor:${password}@127.0.0.1:${port}`
  const database = options.database ?? 'safe_harbor'
  try {
    await waitUntilReady(`${server}/postgres`, child, output)
    await createDatabase(`${server}/postgres`, database)
  } catch (error) {
    child.kill('SIGKILL')
    throw /incompatible with server/.test(output.join(''))
      ? new Error(otherMajor(majorOfCluster(folder)!, majorOf(binaries)))
      : error
  }
  return {
    url: `${server}/${database}`,
    isNew,
    ended,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT')
      const late = setTimeout(() => child.kill('SIGQUIT'), 2000)
      await ended
      clearTimeout(late)
    },
  }
}

/** A major version of PostgreSQL can't read the files of another. */
function otherMajor(there: number, ours: number): string {
  const does =
    there < ours
      ? 'Run npm run upgrade-database, which keeps the old data too, then start again.'
      : 'Start the newer version of the program.'
  return `The database was written by PostgreSQL ${there}, and this version of the program has PostgreSQL ${ours}. Nothing was changed. ${does} See “Upgrade” in docs/operations.md.`
}

/** Where a database of another major version is made, beside the one that it will replace. */
export const upgradeFolder = 'upgrading'

/** The major version of PostgreSQL that wrote the cluster in a data folder. */
export function majorOfCluster(folder: string): number | undefined {
  const file = path.join(folder, 'postgres', 'PG_VERSION')
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined
}

const serverArguments = (cluster: string, port: number, isDurable: boolean): readonly string[] => [
  ...['-D', cluster, '-p', String(port)],
  ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
  ...['-c', 'max_connections=60', '-c', 'timezone=UTC'],
  // A statement or a row in the log would be someone’s record.
  ...['-c', 'log_min_messages=error', '-c', 'log_min_error_statement=panic'],
  ...['-c', 'log_error_verbosity=terse', '-c', 'log_line_prefix=%e '],
  ...(isDurable ? [] : ['-c', 'fsync=off', '-c', 'synchronous_commit=off']),
]

/** The URL of the server that already runs on a cluster, for a command running next to it. */
export function runningUrl(folder: string, database = 'safe_harbor'): string {
  const port = readFileSync(path.join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[3]
  const password = readFileSync(path.join(folder, 'postgres-password'), 'utf8').trim()
  return `postgres://safe_harbor:${password}@127.0.0.1:${port}/${database}`
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

async function waitUntilReady(url: string, child: ChildProcess, output: readonly string[]): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The database did not start. ${output.join('').trim()}`)
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.end()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  throw new Error(`The database did not answer within a minute. ${output.join('').trim()}`)
}

async function createDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name])
    if (found.rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
}
