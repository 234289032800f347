import { expect, test } from 'vitest'
import { aWorld } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { programId } from './programs.ts'

test('a name that certificates can’t print is named on the roster’s form and in its owner’s account', async () => {
  const world = await aWorld()
  const program = await programId(world.db, 'North Star House')
  const rae = await world.as('rae@northstar.example')
  const added = await rae.post(`/programs/${program}/roster`, {
    name: '王小明',
    email: 'wang@northstar.example',
    worker_type: 'employee',
    hired_on: '1/5/2026',
  })
  expect(added.statusCode).toBe(422)
  expect(added.body).toContain('Certificates can’t print 王小明. Type the name in Latin letters')

  const mai = await world.as('mai@northstar.example')
  const changed = await mai.post('/account/name', { name: 'Mai 王', pronunciation: '' })
  expect(changed.statusCode).toBe(422)
  expect(changed.body).toContain('Certificates can’t print 王.')
  expect((await mai.get('/account')).body).not.toContain('can’t print')
  // From a directory or from before this rule.
  const id = await personId(world.db, 'mai@northstar.example')
  await world.db.updateTable('people').set({ name: '김민준' }).where('id', '=', id).execute()
  expect((await mai.get('/account')).body).toContain('Certificates can’t print 김민준.')
})
