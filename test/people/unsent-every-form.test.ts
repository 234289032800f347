import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

test('each form that needs a session is kept when the session has ended', {
  timeout: 60_000,
}, async () => {
  const { db, routes, as } = await aWorld()
  const ada = await as('ada@northstar.example')
  const id = await personId(db, 'ada@northstar.example')
  await db
    .updateTable('sessions')
    .set({ expires_at: sql`now() - interval '1 minute'` })
    .where('person_id', '=', id)
    .execute()
  const forms = routes.filter(
    ({ method, policy, url }) => method === 'POST' && policy !== 'public' && !url.includes('*'),
  )
  expect(forms.length).toBeGreaterThan(100)
  const lost: string[] = []
  for (const { url } of forms) {
    await db.deleteFrom('unsent_forms').execute()
    const answer = await ada.post(
      url.replaceAll(/:\w+/g, 'x'),
      { body: 'Words that took a while' },
      { referer: 'http://127.0.0.1:3000/account' },
    )
    const { count } = await db
      .selectFrom('unsent_forms')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .executeTakeFirstOrThrow()
    if (answer.headers.location !== '/sign-in?next=%2Funsent' || Number(count) !== 1)
      lost.push(`${url}: ${answer.statusCode} ${answer.headers.location ?? ''}`)
  }
  expect(lost).toEqual([])
})
