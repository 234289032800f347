import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { aWorld, type Client } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

const page = 'http://127.0.0.1:3000/courses/residential-settings/mistake'

const newName = { name: 'Ada “Addie” Lindqvist', reason: 'What everyone calls me' }

/** A learner whose session has run out, with the form that they then sent. */
async function lateForm(headers: Record<string, string> = {}, form: Record<string, string> = newName) {
  const world = await aWorld()
  const ada = await world.as('ada@northstar.example')
  const id = await personId(world.db, 'ada@northstar.example')
  await world.db
    .updateTable('sessions')
    .set({ expires_at: sql`now() - interval '1 minute'` })
    .where('person_id', '=', id)
    .execute()
  const answer = await ada.post('/account/name', form, { referer: page, ...headers })
  return { ...world, ada, id, answer }
}

async function signIn(client: Client, email: string) {
  const { demoPassword } = await import('#server/demo/cast.ts')
  return client.post('/sign-in', { email, password: demoPassword, next: '/unsent' })
}

test('a form sent after the session has ended is kept, unreadable in the database, and sent once its owner has signed in', async () => {
  const { db, ada, answer } = await lateForm()
  expect(answer.headers.location).toBe('/sign-in?next=%2Funsent')
  const [row] = await db.selectFrom('unsent_forms').selectAll().execute()
  expect(row!.sealed.toString('latin1')).not.toContain('Addie')
  const signInPage = (await ada.get('/sign-in?next=/unsent')).body
  expect(signInPage).toContain('Your words are kept')
  expect(signInPage).toContain('value="ada@northstar.example"')
  expect(signInPage).not.toContain('Addie')

  expect((await signIn(ada, 'ada@northstar.example')).headers.location).toBe('/unsent')
  const kept = (await ada.get('/unsent')).body
  expect(kept).toContain('value="What everyone calls me"')
  expect(kept).toContain('href="/courses/residential-settings/mistake"')
  const sent = await ada.post('/unsent/send', newName)
  expect([sent.statusCode, sent.headers.location]).toEqual([307, '/account/name'])
  expect(await db.selectFrom('unsent_forms').selectAll().execute()).toEqual([])
})

test('a form with files keeps what was typed, without its files, and is sent once they are chosen again', async () => {
  const { db, ada } = await lateForm()
  const form = (file: string) =>
    `--b\r\ncontent-disposition: form-data; name="code"\r\n\r\nX205\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n${file}\r\n--b\r\ncontent-disposition: form-data; name="title"\r\n\r\nKnowing the signs\r\n--b--\r\n`
  const send = (file: string) =>
    ada.send('POST', '/training/elsewhere?form_key=0123456789abcdef0', form(file), {
      referer: 'http://127.0.0.1:3000/training/elsewhere/new',
      'sec-fetch-site': 'same-origin',
      'content-type': 'multipart/form-data; boundary=b',
    })
  expect((await send('x'.repeat(300_000))).headers.location).toBe('/sign-in?next=%2Funsent')
  const { sealed } = await db
    .selectFrom('unsent_forms')
    .select('sealed')
    .orderBy('expires_at', 'desc')
    .executeTakeFirstOrThrow()
  expect(sealed.length).toBeLessThan(400)
  await signIn(ada, 'ada@northstar.example')
  const kept = (await ada.get('/unsent')).body
  expect(kept).toContain('<blockquote class="narrow">Knowing the signs</blockquote>')
  expect(kept).toContain('Files can’t be kept: choose them again.')
  expect(kept).toMatch(/action="\/training\/elsewhere" enctype="multipart\/form-data"/)
  expect(kept).toContain('type="file" id="file-0" name="file"')
  expect(kept).toContain('name="title" value="Knowing the signs"')
  expect(kept).toContain('href="/training/elsewhere/new"')
  // The form's own page takes it from here, with its own questions.
  const answer = await send('%PDF-1.7')
  expect(answer.statusCode).toBe(422)
  expect(answer.body).toContain('value="Knowing the signs"')
})

test('another person at the same browser can delete the form, and can’t read it', async () => {
  const { db, ada: browser } = await lateForm()
  await signIn(browser, 'theo@northstar.example')
  const page = await browser.get('/unsent')
  expect([page.statusCode, page.headers.location]).toEqual([303, '/'])
  await browser.post('/unsent/deletion', {})
  expect(await db.selectFrom('unsent_forms').selectAll().execute()).toEqual([])
})

test('an answer sent by htmx leads the whole page to sign-in, and nothing is saved meanwhile', async () => {
  const { db, answer, id } = await lateForm({ 'hx-request': 'true' })
  expect(answer.headers['hx-redirect']).toBe('/sign-in?next=%2Funsent')
  expect(answer.body).toBe('')
  const { name } = await db.selectFrom('people').select('name').where('id', '=', id).executeTakeFirstOrThrow()
  expect(name).toBe('Ada Lindqvist')
})

test('a part of a page asked for after the session has ended leads the whole page to sign-in, and back to it', async () => {
  const { db, ada } = await lateForm({}, { ...newName, password: 'not kept' })
  const headers = { 'hx-request': 'true', referer: `${page}?version=1.0.0` }
  const answer = await ada.get('/my-notes', headers)
  expect([answer.statusCode, answer.body]).toEqual([200, ''])
  expect(answer.headers['hx-redirect']).toBe(
    `/sign-in?next=${encodeURIComponent('/courses/residential-settings/mistake?version=1.0.0')}`,
  )
  expect(answer.headers['cache-control']).toContain('no-store')
  expect(await db.selectFrom('unsent_forms').selectAll().execute()).toEqual([])
})

test('someone who was never signed in leaves nothing behind', async () => {
  const { db, visitor } = await aWorld()
  const answer = await visitor().post('/account/name', { name: 'X' }, { referer: page })
  expect(answer.headers.location).toBe('/sign-in?next=%2Fcourses%2Fresidential-settings%2Fmistake')
  expect(await db.selectFrom('unsent_forms').selectAll().execute()).toEqual([])
})

test('a password is never kept', async () => {
  const { db, answer } = await lateForm({}, { ...newName, password: 'four words and more' })
  expect(answer.headers.location).toBe('/sign-in?next=%2Fcourses%2Fresidential-settings%2Fmistake')
  expect(await db.selectFrom('unsent_forms').selectAll().execute()).toEqual([])
})

test('of one person’s forms the newest five are kept', async () => {
  const { db, ada } = await lateForm()
  for (let count = 0; count < 6; count++)
    await ada.post('/account/name', { ...newName, reason: `Reason ${count}` }, { referer: page })
  expect(await db.selectFrom('unsent_forms').selectAll().execute()).toHaveLength(5)
  await signIn(ada, 'ada@northstar.example')
  expect((await ada.get('/unsent')).body).toContain('Reason 5')
})
