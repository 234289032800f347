import { type Static, Type } from 'typebox'
import { addDays, type Day } from '#server/lib/days.ts'
import { instantOf } from '#server/programs/typed-form.ts'
import type { ClearanceLine } from './clearance-list.ts'

/** How long software may rely on an answer: what is recorded after it, such as leave, is not in it. */
const statementHours = 24

export const statementType = 'clearance+jwt'

const nullable = (description: string) => Type.Union([Type.String(), Type.Null()], { description })

export const clearedPersonSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  employee_id: nullable('The program’s own number for the person: match by this, where there is one'),
  email: nullable(''),
  answer: Type.String({ description: 'yes, no or unknown; never yes while on leave' }),
  until: nullable('The last day of a yes, as far as we know now'),
  on_leave: Type.Boolean({ description: 'Whether the person is on leave that day' }),
  holds_until: Type.String({
    description: 'When this answer ends, at the latest: the end of “until” or of the whole answer',
  }),
  because: Type.Unsafe<readonly string[]>(Type.Array(Type.String())),
})

type ClearedPerson = Static<typeof clearedPersonSchema>

/** What software is told of some people, and until when it holds. */
export type ClearanceStatement = Readonly<{
  program: string
  on: Day
  answered_at: Date
  expires_at: Date
  people: readonly ClearedPerson[]
}>

/** Instants are whole seconds, as in the signed form. */
export function clearanceStatement(
  program: string,
  on: Day,
  lines: readonly ClearanceLine[],
  employeeIds: ReadonlyMap<string, string>,
  now: Date,
): ClearanceStatement {
  const answered_at = new Date(Math.floor(now.getTime() / 1000) * 1000)
  const expires_at = new Date(answered_at.getTime() + statementHours * 3_600_000)
  const people = lines.map(({ person_id, name, email, answer, until, on_leave, because }) => ({
    id: person_id,
    name,
    employee_id: employeeIds.get(person_id) ?? null,
    email,
    answer,
    until,
    on_leave,
    holds_until: holdsUntil(until, expires_at).toISOString(),
    because: because(),
  }))
  return { program, on, answered_at, expires_at, people }
}

/** A yes ends with its last day, even if the answer as a whole holds longer. */
function holdsUntil(until: Day | null, expiresAt: Date): Date {
  const end = until === null ? null : new Date(instantOf(addDays(until, 1), '00:00'))
  return end !== null && end < expiresAt ? end : expiresAt
}
