import pg from 'pg'
import { inject } from 'vitest'
import { connect, type Database } from '#server/db/connection.ts'

type Opened = Readonly<{ db: Database; url: string; app: Database; appUrl: string; owner: pg.Client }>

let opened: Promise<Opened> | undefined

/** This worker's own database, copied from the migrated template and empty: everything that earlier tests wrote is gone. */
export async function emptyDatabase(): Promise<Database> {
  opened ??= open()
  const { db, owner } = await opened
  await empty(owner)
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

async function open(): Promise<Opened> {
  const template = inject('templateUrl')
  const name = `worker_${process.pid}_${process.env.VITEST_POOL_ID ?? 0}`
  const client = new pg.Client({ connectionString: template.replace(/[^/]+$/, 'postgres') })
  await client.connect()
  await client.query(`drop database if exists ${name} with (force)`)
  await client.query(`create database ${name} template template_safe_harbor`)
  await client.end()
  const url = template.replace(/[^/]+$/, name)
  const appUrl = inject('appRoleUrl').replace(/[^/]+$/, name)
  const owner = new pg.Client({ connectionString: url })
  await owner.connect()
  return { ...connect(url, 10), url, app: connect(appUrl, 10).db, appUrl, owner }
}

/**
 * Deletes what is there: truncating writes new files for a hundred tables and their indexes, and is left to the test
 * that wrote much. The append-only tables refuse both, but for a superuser who sets their triggers aside.
 */
async function empty(owner: pg.Client): Promise<void> {
  await owner.query(`do $$
    declare tables regclass[] := array(
      select format('%I.%I', schemaname, tablename)::regclass from pg_tables
      where schemaname = 'public' and tablename not like 'kysely%');
    declare name regclass;
    begin
      perform set_config('session_replication_role', 'replica', true);
      if (select sum(pg_relation_size(one)) > 10000000 from unnest(tables) one) then
        execute 'truncate ' || array_to_string(tables, ', ');
      else
        foreach name in array tables loop
          execute 'delete from ' || name;
        end loop;
      end if;
      perform setval(format('%I.%I', schemaname, sequencename), start_value, false) from pg_sequences
      where schemaname = 'public' and last_value is not null;
      delete from pgboss.job;
      insert into certificate_counter default values;
    end $$`)
}
