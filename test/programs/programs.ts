import type { LightMyRequestResponse } from 'fastify'
import type { Database } from '#server/db/connection.ts'
import type { Client, World } from '#test/support/app.ts'
import { workOff } from '#test/support/jobs.ts'

/** The id of a program in the demo data. */
export async function programId(db: Database, name: string): Promise<string> {
  const { program_id } = await db
    .selectFrom('program_details')
    .select('program_id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return program_id
}

/** A person's current assignment, by email, in the program of that name. */
export async function assignmentOf(db: Database, email: string, program = 'North Star House') {
  return db
    .selectFrom('assignments')
    .innerJoin('people', 'people.id', 'assignments.person_id')
    .selectAll('assignments')
    .where('people.email', '=', email)
    .where('program_id', '=', await programId(db, program))
    .where('superseded_at', 'is', null)
    .executeTakeFirstOrThrow()
}

/** Uploads a file as the browser's form does. Returns the address of its check. */
export async function sendFile(
  { app }: World,
  client: Client,
  program: string,
  file: string | Buffer,
  name = 'roster.csv',
): Promise<LightMyRequestResponse> {
  const boundary = 'the-boundary-of-a-form'
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: text/csv\r\n\r\n`
  const payload = Buffer.concat([
    Buffer.from(head),
    Buffer.from(file),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  return app.inject({
    method: 'POST',
    url: `/programs/${program}/imports`,
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'sec-fetch-site': 'same-origin',
      'idempotency-key': crypto.randomUUID(),
      cookie: [...client.cookies].map(([cookie, value]) => `${cookie}=${value}`).join('; '),
    },
    payload,
  })
}

/** A file's page once its job is done. */
export async function settled(
  world: World,
  client: Client,
  address: string,
): Promise<LightMyRequestResponse> {
  await workOff(world, 'check-import', 'apply-import')
  return client.get(address)
}

/** Uploads a file and waits for its check. */
export async function checkFile(
  world: World,
  client: Client,
  program: string,
  file: string | Buffer,
): Promise<Readonly<{ address: string; page: LightMyRequestResponse }>> {
  const answer = await sendFile(world, client, program, file)
  if (answer.statusCode !== 303) throw new Error(`${answer.statusCode} ${answer.body.slice(0, 2000)}`)
  const address = String(answer.headers.location)
  return { address, page: await settled(world, client, address) }
}

/** Saves a checked file and waits until it is done. */
export async function applyFile(
  world: World,
  client: Client,
  address: string,
): Promise<LightMyRequestResponse> {
  await client.post(`${address}/application`)
  return settled(world, client, address)
}

/** A second person confirms everything that waits, or says why they can't. */
export async function confirmAll(second: Client): Promise<readonly number[]> {
  const { body } = await second.get('/confirmations')
  const codes = []
  for (const [address] of body.matchAll(/\/confirmations\/[0-9a-f-]{36}\/confirmation/g))
    codes.push((await second.post(address)).statusCode)
  return codes
}

/** A page's text without tags, with single spaces. */
export const readable = (html: string): string =>
  html
    .replace(/<(script|style)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#39;|&#x27;/g, '’')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
