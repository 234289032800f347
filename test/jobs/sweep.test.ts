import { expect, test } from 'vitest'
import { checkFile, programId } from '#test/programs/programs.ts'
import { aWorld } from '#test/support/app.ts'
import { handlersOf } from '#test/support/jobs.ts'

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)

test('what is past its time is deleted by the sweep: email logs and roster files', async () => {
  const world = await aWorld()
  const { db } = world
  await db
    .insertInto('direct_emails')
    .values([
      { address: 'recent@x.example', subject: 'x', at: daysAgo(89) },
      { address: 'old@x.example', subject: 'x', at: daysAgo(91) },
    ])
    .execute()
  const rae = await world.as('rae@northstar.example')
  const program = await programId(db, 'North Star House')
  const file = 'Name,Email,Worker type,Hired on\nLena Fox,lena@x.example,employee,3/3/2025'
  await checkFile(world, rae, program, file)
  await db
    .updateTable('roster_imports')
    .set({ created_at: daysAgo(8), file_name: 'old.csv' })
    .execute()
  await checkFile(world, rae, program, file)

  await (await handlersOf(world))['sweep-sign-ins']({})

  expect(await db.selectFrom('direct_emails').select('address').execute()).toEqual([
    { address: 'recent@x.example' },
  ])
  expect(await db.selectFrom('roster_imports').select('file_name').execute()).toEqual([
    { file_name: 'roster.csv' },
  ])
})
