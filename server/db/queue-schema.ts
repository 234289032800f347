import { fromKysely, PgBoss } from 'pg-boss'
import type { Database } from './connection.ts'

const schema = 'pgboss'

/** Installs or upgrades pg-boss's tables. Run by the database's owner, like a migration. */
export async function installQueue(db: Database): Promise<void> {
  const boss = new PgBoss({ db: fromKysely(db), schema, migrate: true, schedule: false, supervise: false })
  boss.on('error', () => {})
  await boss.start()
  await boss.stop({ graceful: false })
}
