import { setTimeout as after } from 'node:timers/promises'
import { sql } from 'kysely'
import { isDatabaseAway } from './away.ts'
import type { Database } from './connection.ts'

type Read<T> = (db: Database) => Promise<T>

/** Reads that decide nothing, such as lists and exports, on a streaming replica where there is one. */
export type Replica = Readonly<{
  /** For a page, which says `asOf` if that is not null: then the replica lags, and what was saved later is missing. */
  read: <T>(read: Read<T>) => Promise<Readonly<{ found: T; asOf: Date | null }>>
  /** For a file, which holds all that was saved before it was asked for. */
  readAll: <T>(read: Read<T>) => Promise<T>
}>

export const withoutReplica = (primary: Database): Replica => ({
  read: async (read) => ({ found: await read(primary), asOf: null }),
  readAll: (read) => read(primary),
})

/** Where the primary was in its log, and when: a replica that got there has all that was saved by then. */
type Mark = Readonly<{ position: number; at: Date }>

/** How long a read waits for a replica that is close behind, in milliseconds. */
const wait = 100
/** How long a replica that could not be reached is left alone, in milliseconds. */
const rest = 5_000

/**
 * Reads on the replica if it has what was saved up to `mostSeconds` ago. Otherwise, and whatever goes wrong there, the
 * primary reads. How far it is behind is measured by the primary's own log, so a replica that lost its primary can't pass
 * for current.
 */
export function replicaReads(
  primary: Database,
  replica: Database,
  { mostSeconds, tell }: Readonly<{ mostSeconds: number; tell: (problem: string) => void }>,
): Replica & Readonly<{ close: () => Promise<void> }> {
  let marks: readonly Mark[] = []
  let awayUntil = 0
  let isAway = false
  const mark = async (): Promise<Mark> => {
    const at = new Date()
    const latest = { position: await savedPosition(primary), at }
    const oldest = at.getTime() - mostSeconds * 1000
    marks = [...marks.filter((one) => one.at.getTime() >= oldest), latest]
    return latest
  }
  // While no page asks, too: otherwise the first one on a busy database would find nothing that the replica has reached.
  const marking = setInterval(() => mark().catch(() => {}), 1000).unref()

  async function reached(one: Database, latest: Mark): Promise<Mark | undefined> {
    for (const deadline = performance.now() + wait; ; await after(10)) {
      const position = await replayedPosition(one)
      if (position === null) return undefined
      if (position >= latest.position) return latest
      if (performance.now() > deadline) return marks.findLast((mark) => mark.position <= position)
    }
  }

  async function tryReplica<T>(read: Read<T>, mayLag: boolean) {
    if (performance.now() < awayUntil) return null
    const latest = await mark()
    try {
      // On one connection, because an address may lead to several replicas.
      return await replica.connection().execute(async (one) => {
        isAway = false
        const at = await reached(one, latest)
        if (!at || (at !== latest && !mayLag)) return null
        const found = await one
          .transaction()
          .setIsolationLevel('repeatable read')
          .setAccessMode('read only')
          .execute(read)
        return { found, asOf: at === latest ? null : at.at }
      })
    } catch (error) {
      if (isDatabaseAway(error as Error)) {
        awayUntil = performance.now() + rest
        if (!isAway) tell(`The replica can't be reached, so the primary reads: ${(error as Error).message}`)
        isAway = true
      }
      return null
    }
  }

  return {
    read: async (read) => (await tryReplica(read, true)) ?? { found: await read(primary), asOf: null },
    readAll: async (read) => {
      const answer = await tryReplica(read, false)
      return answer ? answer.found : read(primary)
    },
    close: async () => {
      clearInterval(marking)
      await replica.destroy()
    },
  }
}

/**
 * Refuses what isn't this database, in words. A replica that can't be reached may come up later, and one that takes writes
 * since a failover may be a replica again.
 */
export async function checkReplica(
  primary: Database,
  replica: Database,
): Promise<'is a replica' | 'takes writes' | 'is away'> {
  let copy: Identity
  try {
    copy = await identity(replica)
  } catch (error) {
    if (isDatabaseAway(error as Error)) return 'is away'
    throw new Error(`DATABASE_REPLICA_URL could not be opened. ${error}`)
  }
  const own = await identity(primary)
  if (copy.server !== own.server || copy.database !== own.database)
    throw new Error(
      'DATABASE_REPLICA_URL leads to another database. It must lead to a streaming replica of the one at DATABASE_URL.',
    )
  return copy.is_replica ? 'is a replica' : 'takes writes'
}

type Identity = Readonly<{ is_replica: boolean; server: string; database: number }>

async function identity(db: Database): Promise<Identity> {
  const { rows } = await sql<Identity>`
    select pg_is_in_recovery() as is_replica, system_identifier::text as server,
      (select oid::int8 from pg_database where datname = current_database()) as database
    from pg_control_system()`.execute(db)
  return rows[0]!
}

/** How far the primary has written its log. What was acknowledged is before that. */
async function savedPosition(primary: Database): Promise<number> {
  const { rows } = await sql<{ position: number }>`
    select pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::int8 as position`.execute(primary)
  return rows[0]!.position
}

/** How far the replica has replayed the primary's log; null if it isn't one any more. */
async function replayedPosition(replica: Database): Promise<number | null> {
  const { rows } = await sql<{ position: number | null }>`
    select case when pg_is_in_recovery() then pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::int8 end as position`.execute(
    replica,
  )
  return rows[0]!.position
}
