import { expect, test } from 'vitest'
import { writeEvidence } from '#server/ledger/actions.ts'
import { type Actor, grantingRules, type Post, postOf } from '#server/people/granting.ts'
import { findAsViewer } from '#server/people/queries.ts'
import type { Reach, Role, Viewer } from '#server/people/roles.ts'
import { endRole, grantRole } from '#server/programs/roles/granting.actions.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld, type World } from '#test/support/app.ts'
import { grantingCells } from './granting-cells.ts'

// Each cell asks the service itself.
test('each role is given and ended by exactly the people in the table, and waits exactly where it says', async () => {
  const world = await aWorld()
  const places = await placesOf(world)
  const wrong: string[] = []
  for (const { post, actor, mark } of grantingCells) {
    const viewer = await viewerAs(world, actor, places)
    const grant = { ...roleOf(post), ...reachOf(post, places) }
    const may = await inVain(world, async (trx) => {
      const pat = await newPerson(world, 'Pat Cell')
      const answer = await grantRole(trx, { viewer, now: world.clock.now }, pat, grant)
      return answer.kind
    })
    const expected = !mark.includes('g')
      ? 'not-allowed'
      : grantingRules[post].confirms
        ? 'waiting'
        : 'granted'
    if (may !== expected) wrong.push(`${actor} gives ${post}: ${may}, not ${expected}`)
    const ends = await inVain(world, async (trx) => {
      const pat = await newPerson(world, 'Pat Cell')
      const { id } = await trx
        .insertInto('roles')
        .values({ person_id: pat.id, ...grant })
        .returning('id')
        .executeTakeFirstOrThrow()
      return (await endRole(trx, { viewer, now: world.clock.now }, id)).kind
    })
    if ((ends === 'done') !== mark.includes('e')) wrong.push(`${actor} ends ${post}: ${ends}`)
    const confirms = grantingRules[post].confirms?.includes(actor as Actor) ?? false
    // A lead's role has no administrator of one program beside it: they are administrators of another one to it.
    const isListed = confirms || (post === 'lead' && actor === 'program_admin')
    if (isListed !== mark.includes('c')) wrong.push(`${actor} confirms ${post}: ${confirms}`)
  }
  expect(wrong).toEqual([])
  expect(postOf({ role: 'program_admin', holder_id: places.holder })).toBe('lead')
})

type Places = Readonly<{ program: string; sibling: string; holder: string }>

async function placesOf(world: World): Promise<Places> {
  const program = await programId(world.db, 'North Star House')
  const { holder_id } = await world.db
    .selectFrom('programs')
    .select('holder_id')
    .where('id', '=', program)
    .executeTakeFirstOrThrow()
  const { id: sibling } = await world.db
    .insertInto('programs')
    .values({ holder_id, kind: 'licensed' })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { program, sibling, holder: holder_id }
}

const newPerson = (world: World, name: string) =>
  world.db
    .insertInto('people')
    .values({ name, created_at: new Date('2020-01-01T12:00:00Z') })
    .returning(['id', 'name'])
    .executeTakeFirstOrThrow()

async function viewerAs(world: World, actor: string, { program, sibling, holder }: Places): Promise<Viewer> {
  const person = await newPerson(world, `Ann ${actor}`)
  const role = (actor === 'lead' || actor === 'other_program_admin' ? 'program_admin' : actor) as Role
  const reach: Readonly<Record<string, Reach>> = {
    program_admin: { program_id: program, holder_id: null },
    supervisor: { program_id: program, holder_id: null },
    lead: { program_id: null, holder_id: holder },
    other_program_admin: { program_id: sibling, holder_id: null },
  }
  const granted_at = new Date('2020-01-01T12:00:00Z')
  await world.db
    .insertInto('roles')
    .values({
      person_id: person.id,
      role,
      ...(reach[actor] ?? { program_id: null, holder_id: null }),
      granted_at,
    })
    .execute()
  return (await findAsViewer(world.db, person.id))!
}

const roleOf = (post: Exclude<Post, 'learner'>): { role: Role } => ({
  role: post === 'lead' ? 'program_admin' : post,
})

const reachOf = (post: Post, { program, holder }: Places): Reach =>
  post === 'lead'
    ? { program_id: null, holder_id: holder }
    : post === 'supervisor' || post === 'trainer' || post === 'program_admin'
      ? { program_id: program, holder_id: null }
      : { program_id: null, holder_id: null }

/** Runs it in a transaction that is taken back. */
async function inVain<T>(world: World, act: Parameters<typeof writeEvidence<T>>[1]): Promise<T> {
  let answer: { value: T } | undefined
  await writeEvidence(world.db, async (trx) => {
    answer = { value: await act(trx) }
    throw new TakenBack()
  }).catch((error) => {
    if (!(error instanceof TakenBack)) throw error
  })
  return answer!.value
}

class TakenBack extends Error {}
