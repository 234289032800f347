import type { Database } from '#server/db/connection.ts'
import type { FieldError } from '#server/web/views.ts'
import { listStaff } from './outside.queries.ts'

/** The most people in a select, and the most that a search shows. */
const mostChoices = 100
const mostFound = 20

type Typed = Readonly<Record<string, string | undefined>>

export type StaffChoice = Awaited<ReturnType<typeof staffChoice>>

/** Whom a form is about: a few people are in a select. More are found by name, so that the page doesn't grow with the staff. */
export async function staffChoice(db: Database, programIds: readonly string[], { person, find = '' }: Typed) {
  const search = find.trim()
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
          found: search ? found.slice(0, mostFound) : [],
          isMore: found.length > mostFound,
        }
      : null,
  }
}

/**
 * Null once a form with this choice is to be saved. Until then, what it shows again with the people found: "Find" was pressed, or a
 * name was typed that no one was looked up for, and what is saved would be about someone else.
 */
export function stillFinding({ find = '', find_person, searched = '' }: Typed): readonly FieldError[] | null {
  if (find_person) return []
  if (!find.trim() || find.trim() === searched.trim()) return null
  return [{ field: 'find', message: 'Choose the person, or clear the name that you typed.' }]
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
