import { insertCompletion } from '#server/demo/fill.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { type Client, config, type World } from '#test/support/app.ts'

/** The id of a demo program, by its license number. */
export async function programId({ db }: Pick<World, 'db'>, licenseNumber: string): Promise<string> {
  const { program_id } = await db
    .selectFrom('program_details')
    .select('program_id')
    .where('license_number', '=', licenseNumber)
    .executeTakeFirstOrThrow()
  return program_id
}

/** Adds a person to a program, with direct contact from one day and the residential course completed on another. */
export async function addWorker(
  world: World,
  licenseNumber: string,
  worker: Readonly<{ name: string; hired_on: string; contact_from: string; completed_on?: string }>,
): Promise<string> {
  const { db, catalogue } = world
  const course = catalogue.courses.get('residential-settings')?.current
  if (!course) throw new Error('The residential course is missing.')
  const program_id = await programId(world, licenseNumber)
  const { name, hired_on, contact_from, completed_on } = worker
  return writeEvidence(db, async (trx) => {
    const email = `${name.toLowerCase().replace(/\W+/g, '.')}@worker.example`
    const { id } = await trx
      .insertInto('people')
      .values({ name, email })
      .returning('id')
      .executeTakeFirstOrThrow()
    const { assignment_id } = await trx
      .insertInto('assignments')
      .values({ person_id: id, program_id, worker_type: 'employee', role_title: 'Youth worker', hired_on })
      .returning('assignment_id')
      .executeTakeFirstOrThrow()
    await trx.insertInto('contact_periods').values({ assignment_id, from_on: contact_from }).execute()
    if (completed_on) await insertCompletion(trx, { id, name }, course, config, completed_on)
    return id
  })
}

/** Opens a review as licensing staff do, and returns its address. */
export async function openReviewOf(world: World, lee: Client, licenseNumber: string): Promise<string> {
  const program = await programId(world, licenseNumber)
  const answer = await lee.post(`/licensing/programs/${program}/reviews`, {
    purpose: 'Licensing review, June 2026',
  })
  return String(answer.headers.location).replace(/\/people$/, '')
}

/** A page's text on one line. */
export const readable = (html: string): string =>
  html
    .replace(/<svg[\s\S]*?<\/svg>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&amp;', '&')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ')

/** Sends a form with files, as a browser does. */
export function upload(
  app: World['app'],
  client: Client,
  url: string,
  fields: Readonly<Record<string, string>>,
  files: Readonly<Record<string, Buffer>> = {},
  key: string = crypto.randomUUID(),
) {
  const boundary = 'a-boundary-of-a-form'
  const parts = [
    ...Object.entries(fields).map(([name, value]) =>
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
    ),
    ...Object.entries(files).flatMap(([name, bytes]) => [
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="plan.pdf"\r\ncontent-type: application/pdf\r\n\r\n`,
      ),
      bytes,
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${boundary}--\r\n`),
  ]
  return app.inject({
    method: 'POST',
    url,
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'sec-fetch-site': 'same-origin',
      'idempotency-key': key,
      cookie: [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    },
    payload: Buffer.concat(parts),
  })
}
