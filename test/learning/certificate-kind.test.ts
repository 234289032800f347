import { expect, test } from 'vitest'
import type { CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import { insertCompletion } from '#server/demo/fill.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'

const courseOf = ({ catalogue }: World, slug: string) => catalogue.courses.get(slug)!.current

/** The kind on each of Ada's certificates, in the order of the given completions. */
async function kindsOf(
  world: World,
  completions: readonly Readonly<{ course: CourseVersion; on: string; isVoided?: boolean }>[],
): Promise<readonly string[]> {
  const { db, config } = world
  const ada = { id: await personId(db, 'ada@northstar.example'), name: 'Ada Lindqvist' }
  for (const { course, on, isVoided } of completions) {
    await writeEvidence(db, (trx) => insertCompletion(trx, ada, course, config, on))
    if (isVoided)
      await db
        .insertInto('completion_voids')
        .columns(['completion_id', 'reason', 'voided_by'])
        .expression((eb) =>
          eb
            .selectFrom('completions')
            .select(['id', eb.val('Taken by another person').as('reason'), eb.val(ada.id).as('voided_by')])
            .where('person_id', '=', ada.id)
            .where('completed_on', '=', on),
        )
        .execute()
  }
  const certificates = await db
    .selectFrom('certificates')
    .select('facts')
    .where('person_id', '=', ada.id)
    .orderBy('number')
    .execute()
  return certificates.map(({ facts }) => (facts as { kind: string }).kind)
}

test('a certificate says initial training for the first completion of a course, annual for the next', async () => {
  const world = await aWorld()
  const course = courseOf(world, 'residential-settings')
  const completions = [
    { course, on: '2025-03-01' },
    { course, on: '2026-03-01' },
  ]
  expect(await kindsOf(world, completions)).toEqual(['initial', 'annual'])
})

test('a completion of another course does not make a certificate annual', async () => {
  const world = await aWorld()
  const completions = [
    { course: courseOf(world, 'child-protection'), on: '2025-03-01' },
    { course: courseOf(world, 'residential-settings'), on: '2026-03-01' },
  ]
  expect(await kindsOf(world, completions)).toEqual(['initial', 'initial'])
})

test('a voided completion does not make the next certificate annual', async () => {
  const world = await aWorld()
  const course = courseOf(world, 'residential-settings')
  const completions = [
    { course, on: '2025-03-01', isVoided: true },
    { course, on: '2026-03-01' },
    { course, on: '2027-03-01' },
  ]
  expect(await kindsOf(world, completions)).toEqual(['initial', 'initial', 'annual'])
})
