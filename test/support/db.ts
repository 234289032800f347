import pg from 'pg'
import { inject } from 'vitest'
import { connect, type Database } from '#server/db/connection.ts'

let opened: Promise<{ db: Database; url: string; app: Database; appUrl: string }> | undefined

/** This worker's own database, copied from the migrated template and empty: everything that earlier tests wrote is gone. */
export async function emptyDatabase(): Promise<Database> {
  opened ??= open()
  const { db, url } = await opened
  await empty(url)
  return db
}

/** The address of this worker's database, for tests that start a server of their own on it. */
export async function databaseUrl(): Promise<string> {
  opened ??= open()
  return (await opened).url
}

/** The address of the same database in the role that the service works in. */
export async function serviceUrl(): Promise<string> {
  opened ??= open()
  return (await opened).appUrl
}

/** The same database in the role that the service works in, which cannot change what is append-only. */
export async function asTheService(): Promise<Database> {
  opened ??= open()
  return (await opened).app
}

async function open() {
  const template = inject('templateUrl')
  const name = `worker_${process.pid}_${process.env.VITEST_POOL_ID ?? 0}`
  const client = new pg.Client({ connectionString: template.replace(/[^/]+$/, 'postgres') })
  await client.connect()
  await client.query(`drop database if exists ${name}`)
  await client.query(`create database ${name} template template_safe_harbor`)
  await client.end()
  const url = template.replace(/[^/]+$/, name)
  const appUrl = inject('appRoleUrl').replace(/[^/]+$/, name)
  return { ...connect(url, 10), url, app: connect(appUrl, 10).db, appUrl }
}

async function empty(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ tables: string }>(
    `select string_agg(format('%I', tablename), ', ') as tables from pg_tables
     where schemaname = 'public' and tablename not like 'kysely%'`,
  )
  // The append-only tables refuse to be emptied, but for a superuser who sets their triggers aside.
  await client.query('set session_replication_role = replica')
  await client.query(`truncate ${rows[0]?.tables} restart identity`)
  await client.query('delete from pgboss.job')
  await client.query('insert into certificate_counter default values')
  await client.end()
}
