import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '#server/db/connection.ts'

/** A form that arrived after its session had ended, or with files too soon after others. */
type UnsentForm = Readonly<{
  /** The address that it is sent to. */
  action: string
  /** The page that it was on. */
  page: string
  fields: readonly (readonly [name: string, value: string])[]
  /** The fields of files that were chosen; the files themselves aren’t kept. Null for a form without such fields. */
  files: readonly string[] | null
}>

const minutes = 60

/** One for each browser that a person may have open; the oldest goes first. */
const mostForms = 5

/** Keeps a form for an hour. The returned token opens it; the database holds neither the token nor readable text. */
export async function keepUnsentForm(db: Database, personId: string, form: UnsentForm): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(token), nonce)
  const text = Buffer.concat([cipher.update(JSON.stringify(form), 'utf8'), cipher.final()])
  await sql`
    delete from unsent_forms where person_id = ${personId} and token_hash not in (
      select token_hash from unsent_forms where person_id = ${personId}
      order by expires_at desc limit ${mostForms - 1})`.execute(db)
  await db
    .insertInto('unsent_forms')
    .values({
      token_hash: hashOf(token),
      person_id: personId,
      sealed: Buffer.concat([nonce, cipher.getAuthTag(), text]),
      expires_at: sql`now() + make_interval(mins => ${minutes})`,
    })
    .execute()
  return token
}

/** Whose form the token opens, or null once its hour is over. */
export async function findUnsentForm(
  db: Database,
  token: string,
): Promise<Readonly<{ person_id: string; email: string | null; open: () => UnsentForm }> | null> {
  const row = await db
    .selectFrom('unsent_forms as f')
    .innerJoin('people as p', 'p.id', 'f.person_id')
    .select(['f.person_id', 'f.sealed', 'p.email'])
    .where('f.token_hash', '=', hashOf(token))
    .where('f.expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
  if (!row) return null
  return { person_id: row.person_id, email: row.email, open: () => unsealed(token, row.sealed) }
}

export async function dropUnsentForm(db: Database, token: string): Promise<void> {
  await db.deleteFrom('unsent_forms').where('token_hash', '=', hashOf(token)).execute()
}

function unsealed(token: string, sealed: Buffer): UnsentForm {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(token), sealed.subarray(0, 12))
  decipher.setAuthTag(sealed.subarray(12, 28))
  return JSON.parse(
    Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8'),
  ) as UnsentForm
}

// One token gives two values that don't lead to each other.
const hashOf = (token: string) => createHash('sha256').update(`find ${token}`).digest('hex')
const keyOf = (token: string) => createHash('sha256').update(`open ${token}`).digest()
