import type { Database } from '#server/db/connection.ts'
import { listStaff } from './outside.queries.ts'

/** The most people in a select. */
const mostChoices = 100

export type StaffChoice = Awaited<ReturnType<typeof staffChoice>>

/** Whom a form is about: a few people are in a select. More are found by name, so that the page doesn't grow with the staff. */
export async function staffChoice(
  db: Database,
  programIds: readonly string[],
  { person, find: search = '', ...rest }: Readonly<Record<string, string | undefined>>,
) {
  const found = await listStaff(db, programIds, { search, limit: mostChoices + 1 })
  const isLong = search !== '' || found.length > mostChoices
  const chosen = await findStaff(db, programIds, person)
  return {
    chosen,
    people: isLong ? [] : found,
    finding: isLong
      ? {
          search,
          chosen,
          found: search ? found.slice(0, mostChoices) : [],
          isMore: found.length > mostChoices,
          rest: Object.entries(rest).filter(([, value]) => value),
        }
      : null,
  }
}

/** Someone on the roster of one of these programs. */
export async function findStaff(db: Database, programIds: readonly string[], person: string | undefined) {
  if (!person) return null
  const [found] = await listStaff(db, programIds, { person, limit: 1 })
  return found ?? null
}

/** The people that a page with this choice names. */
export const namedIn = ({ people, finding, chosen }: StaffChoice): readonly string[] => [
  ...new Set([...people, ...(finding?.found ?? []), ...(chosen ? [chosen] : [])].map(({ id }) => id)),
]
