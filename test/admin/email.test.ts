import { expect, test } from 'vitest'
import { createSetupLink } from '#server/admin/setup/setup-link.actions.ts'
import { createMail, type Message } from '#server/lib/mail.ts'
import { aWorld } from '#test/support/app.ts'
import { sendAccountEmails } from '#test/support/jobs.ts'
import { aMailbox } from '#test/support/mailbox.ts'

test('a test message goes out before email counts as set up; a refusal is shown without the server’s secret', async () => {
  const sent: Message[] = []
  let refusal: Error | null = null
  const world = await aWorld({
    mail: async (message) => {
      if (refusal) throw refusal
      sent.push(message)
    },
  })
  const kit = await world.as('kit@system.example')
  refusal = Object.assign(new Error('Invalid login: smtp://us:zebra7secret@mail'), { code: 'EAUTH' })
  const refused = await kit.post('/admin/setup/mail', { choice: 'server', to: 'kit@system.example' })
  expect([refused.statusCode, refused.body.includes('zebra7secret')]).toEqual([422, false])
  expect(refused.body).toContain('did not accept the user name or password')
  refusal = null
  const taken = await kit.post('/admin/setup/mail', { choice: 'server', to: 'Kit@System.example' })
  expect(taken.body).toContain('took a test message to kit@system.example')
  expect(sent.map(({ to }) => to)).toEqual(['kit@system.example'])
  expect((await kit.get('/admin')).body).toContain('Last test message')
})

test('set-up with a mail server: the test message arrives, and people from a file get their links by email alone', async () => {
  const mailbox = await aMailbox()
  const world = await aWorld({
    cast: false,
    mail: createMail(mailbox.url, 'Training <no-reply@lakes.example>'),
  })
  const kit = world.visitor()
  const link = `/setup/${await createSetupLink(world.db, world.clock.now)}`
  await kit.post(link, {
    ...{ name: 'Lakes Training', agency: 'Lakes County', contact_name: 'Training office' },
    ...{ contact_email: 'training@lakes.example', contact_phone: '' },
  })
  const account = { name: 'Kit Dawson', email: 'kit@lakes.example' }
  const named = await kit.post(`${link}/administrator`, account)
  const password = 'nine patient herons by the dock'
  await kit.post(String(named.headers.location), { password })
  await kit.post('/sign-in', { email: account.email, password })
  expect(mailbox.received).toEqual([])
  await kit.post('/admin/setup/mail', { choice: 'server', to: account.email })
  expect(mailbox.received).toHaveLength(1)
  expect(mailbox.received[0]).toMatch(/^To: kit@lakes\.example\r?$/m)
  expect((await kit.get('/admin/setup')).body).toContain('5 steps of 8 left')

  const file = [
    'Name,Email,Role,Program',
    ...staff.map(([name, email]) => `${name},${email},Licensing staff,`),
  ]
  const part = 'content-disposition: form-data; name="file"; filename="people.csv"\r\ncontent-type: text/csv'
  const invited = await kit.send(
    'POST',
    '/admin/people/file',
    ['--one', part, '', ...file, '--one--', ''].join('\r\n'),
    { 'content-type': 'multipart/form-data; boundary=one', 'sec-fetch-site': 'same-origin' },
  )
  expect([invited.statusCode, invited.body.includes('/link/')]).toEqual([200, false])
  await sendAccountEmails(world)
  await mailbox.close()
  const emails = mailbox.received.slice(1)
  expect(emails.map((email) => /^To: (\S+)/m.exec(email)?.[1]).sort()).toEqual(
    staff.map(([, email]) => email),
  )
  // The link in the email is the way in.
  const [, path] = /http:\/\/127\.0\.0\.1:3000(\/link\/[\w-]{27})/.exec(emails[0]!.replaceAll('=\r\n', ''))!
  const lou = world.visitor()
  expect((await lou.get(path!)).body).toContain('Set your password')
  expect((await lou.post(path!, { password })).statusCode).toBe(303)
})

const staff = [
  ['Lou Castillo', 'lou@licensing.example'],
  ['Mae Ostby', 'mae@licensing.example'],
] as const
