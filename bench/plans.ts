import { type RawBuilder, sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'

export type Plan = Readonly<{ page: string; sql: string; text: string /** Milliseconds. */; time: number }>
export type Statement = Readonly<{ sql: string; parameters: readonly unknown[] }>

/** The statements that a page sends to the database, as it sends them. */
export async function listStatements(
  db: Database,
  act: () => Promise<unknown>,
): Promise<readonly Statement[]> {
  const executor = db.getExecutor()
  const original = executor.executeQuery.bind(executor)
  const statements: Statement[] = []
  executor.executeQuery = (async (...given: Parameters<typeof original>) => {
    const [{ sql, parameters }] = given
    statements.push({ sql, parameters })
    return original(...given)
  }) as typeof executor.executeQuery
  try {
    await act()
  } finally {
    executor.executeQuery = original
  }
  return statements
}

/** A page's reading statements, each with the plan that the database made for it, and how long it took. */
export async function listPlans(
  db: Database,
  page: string,
  act: () => Promise<unknown>,
): Promise<readonly Plan[]> {
  const statements = (await listStatements(db, act)).filter(({ sql }) => /^\s*(select|with)\b/i.test(sql))
  const plans: Plan[] = []
  for (const { sql: text, parameters } of statements) {
    const { rows } = await explained(text, parameters, sql`explain (analyze, buffers, summary)`).execute(db)
    const lines = (rows as readonly Record<'QUERY PLAN', string>[]).map((row) => row['QUERY PLAN'])
    const time = Number(/Execution Time: ([\d.]+)/.exec(lines.join('\n'))?.[1] ?? 0)
    plans.push({ page, sql: text.trim(), text: lines.join('\n'), time })
  }
  return plans
}

/** A statement with `explain` before it, and the same parameters. */
export function explained(
  text: string,
  parameters: readonly unknown[],
  explain: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const parts = text.split(/\$(\d+)/)
  const built = parts.map((part, n) => (n % 2 === 0 ? sql.raw(part) : sql`${parameters[Number(part) - 1]}`))
  return sql`${explain} ${sql.join(built, sql``)}`
}
