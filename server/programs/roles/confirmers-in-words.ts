import { type Actor, actorNames } from '#server/people/granting.ts'

/** "Ann Lee, license holder’s lead"; licensing staff and system administrators are named by what they are. */
export function confirmersInWords(
  people: readonly Readonly<{ name: string; as: Actor }>[],
): readonly string[] {
  const named = people
    .filter(({ as }) => as !== 'licensing' && as !== 'system_admin')
    .map(({ name, as }) => `${name}, ${actorNames[as]}`)
  const kinds = new Set(
    people.filter(({ as }) => as === 'licensing' || as === 'system_admin').map(({ as }) => as),
  )
  return [
    ...named,
    ...[...kinds].map((as) => (as === 'licensing' ? 'licensing staff' : 'a system administrator')),
  ]
}
