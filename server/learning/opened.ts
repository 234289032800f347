import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Database } from '#server/db/connection.ts'

/** Shows that the service sent someone the page of a lesson, and when. It is in the page's forms. */
type OpenedTokens = Readonly<{
  make: (place: OpenedPlace, at: Date) => Promise<string>
  /** When the page was sent. Null if the token isn't for this place. */
  read: (place: OpenedPlace, token: unknown, now: Date) => Promise<Date | null>
}>

type OpenedPlace = Readonly<{ enrollmentId: string; module: string; lesson: string }>

export function openedTokens(db: Database): OpenedTokens {
  let secret: Promise<string> | undefined
  const seal = async ({ enrollmentId, module, lesson }: OpenedPlace, time: string) => {
    secret ??= findSecret(db).catch((error) => {
      secret = undefined
      throw error
    })
    return createHmac('sha256', await secret)
      .update(`${enrollmentId} ${module}/${lesson} ${time}`)
      .digest('base64url')
  }
  return {
    make: async (place, at) => {
      const time = at.getTime().toString(36)
      return `${time}.${await seal(place, time)}`
    },
    read: async (place, token, now) => {
      const [, time, sealed] = /^([0-9a-z]{1,12})\.([\w-]{43})$/.exec(String(token)) ?? []
      if (!time || !sealed) return null
      const expected = Buffer.from(await seal(place, time))
      const at = new Date(Number.parseInt(time, 36))
      return timingSafeEqual(expected, Buffer.from(sealed)) && at <= now ? at : null
    },
  }
}

async function findSecret(db: Database): Promise<string> {
  await db
    .insertInto('service_secrets')
    .values({ name: 'opened-lessons', value: randomBytes(32).toString('base64url') })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { value } = await db
    .selectFrom('service_secrets')
    .select('value')
    .where('name', '=', 'opened-lessons')
    .executeTakeFirstOrThrow()
  return value
}
