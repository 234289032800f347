import type { JWTPayload } from 'jose'
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import type { ClearanceStatement } from '#server/standings/clearance-statement.ts'

export const keptListType = 'shift-list+jwt'

/** As many people as a phone keeps a list of. */
export const mostKept = 1000

const shape = Type.Object({
  program: Type.String(),
  iat: Type.Integer(),
  exp: Type.Integer(),
  people: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      employee_id: Type.Union([Type.String(), Type.Null()]),
      answer: Type.Union([Type.Literal('yes'), Type.Literal('no'), Type.Literal('unknown')]),
      until: Type.Union([Type.String(), Type.Null()]),
      on_leave: Type.Boolean(),
      holds_until: Type.String(),
      why: Type.String(),
    }),
  ),
})

type KeptList = Static<typeof shape>

/** The claims of the list that a phone keeps: each answer, why, and until when it holds. */
export const keptClaims = (
  { program, people }: ClearanceStatement,
  programName: string,
): Readonly<Record<string, unknown>> => ({
  program,
  program_name: programName,
  people: people.map(({ because, email, ...person }) => ({ ...person, why: because[0] ?? '' })),
})

export const readKeptList = (claims: JWTPayload | null): KeptList | null =>
  claims && Value.Check(shape, claims) ? claims : null

/** What the list said of some people at an instant. After an answer's end, it said nothing. */
export const keptAnswers = ({ people }: KeptList, ids: ReadonlySet<string>, at: Date) =>
  people
    .filter(({ id }) => ids.has(id))
    .map(({ id, answer, until, on_leave, holds_until, why }) => {
      const holds = at < new Date(holds_until)
      return {
        person_id: id,
        answer: holds ? answer : ('unknown' as const),
        until_on: holds ? until : null,
        on_leave: holds && on_leave,
        because: holds ? why : 'The list on the phone no longer said.',
      }
    })
