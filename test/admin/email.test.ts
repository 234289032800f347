import { expect, test } from 'vitest'
import type { Message } from '#server/lib/mail.ts'
import { aWorld } from '#test/support/app.ts'

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
