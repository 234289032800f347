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
  const referer = 'http://127.0.0.1:3000/account'
  const words = 'Words that took a while'
  const plain = (url: string) => ada.post(url, { body: words }, { referer })
  const withFile = (url: string) =>
    ada.send('POST', url, aFormWithAFile(words), {
      referer,
      'sec-fetch-site': 'same-origin',
      'content-type': 'multipart/form-data; boundary=b',
    })
  for (const [{ url }, send] of forms.flatMap((form) => [
    [form, plain] as const,
    [form, withFile] as const,
  ])) {
    await db.deleteFrom('unsent_forms').execute()
    const answer = await send(url.replaceAll(/:\w+/g, 'x'))
    const { count } = await db
      .selectFrom('unsent_forms')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .executeTakeFirstOrThrow()
    if (answer.headers.location !== '/sign-in?next=%2Funsent' || Number(count) !== 1)
      lost.push(`${url} ${send.name}: ${answer.statusCode} ${answer.headers.location ?? ''}`)
  }
  expect(lost).toEqual([])
})

const aFormWithAFile = (words: string) =>
  `--b\r\ncontent-disposition: form-data; name="file"; filename="certificate.pdf"\r\ncontent-type: application/pdf\r\n\r\n%PDF-1.7 ${'x'.repeat(1000)}\r\n--b\r\ncontent-disposition: form-data; name="body"\r\n\r\n${words}\r\n--b--\r\n`
