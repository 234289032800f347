import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { type ChangeName, changeNames, changeTitles } from '#server/programs/roster/list/bulk-change-names.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { type CheckedPerson, listChecked } from './checked.queries.ts'
import { makeChange, type PlannedFor, planChanges } from './checked-changes.actions.ts'
import { checkedChanges, reasonField } from './checked-changes.ts'
import { backTo, mostRows, teamAddress } from './team-address.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; afterChange: AfterChange }>

/** The fields of every change. */
const line = Type.Optional(text(600))
const typedFields = {
  ...{ from_on: line, to_on: line, separated_on: line },
  ...{ role_title: line, unit: line, reason: line },
}

/** A change for the rows that were checked: a form, what it changes for each person, and the record. */
export async function checkedChangeRoutes(app: App, { db, clock, afterChange }: Needs): Promise<void> {
  const supervisors = { policy: ['supervisor', 'program_admin'] } as const
  const params = Type.Object({ change: Type.Union(changeNames.map((name) => Type.Literal(name))) })
  const rows = {
    row: Type.Optional(Type.Array(uuid(), { maxItems: mostRows })),
    only: Type.Optional(uuid()),
    back: Type.Optional(text(1000)),
  }
  type Rows = Readonly<{ row?: readonly string[]; only?: string; back?: string }>

  app.get(
    '/team/changes/:change',
    { config: supervisors, schema: { params, querystring: Type.Object(rows) } },
    async (request, reply) => {
      const checked = await checkedBy(viewerOf(request), request.query)
      if (checked.length === 0) return reply.redirect(teamAddress(request.query.back, 'none'), 303)
      const { back = '' } = request.query
      return reply.page('oversight/team/change', changePage(request.params.change, checked, {}, back, []))
    },
  )

  app.post(
    '/team/changes/:change',
    {
      config: supervisors,
      schema: {
        params,
        body: form({
          ...rows,
          ...typedFields,
          confirmed: Type.Optional(text(3)),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { change } = request.params
      const { row = [], only, back = '', confirmed, ...typed } = request.body
      const checked = await checkedBy(viewer, { row, ...(only && { only }) })
      if (checked.length === 0) return reply.redirect(teamAddress(back, 'none'), 303)
      const acting = { viewer, now: clock(), afterChange }
      const planned = await planChanges(db, acting, change, checked, typed)
      const shared = sharedProblems(planned)
      if (shared.length > 0)
        return reply
          .status(422)
          .page('oversight/team/change', changePage(change, checked, typed, back, shared))
      if (confirmed !== 'yes')
        return reply.page('oversight/team/change-preview', {
          ...changePage(change, checked, typed, back, []),
          ...previewOf(planned),
          typed: Object.entries(typed),
        })
      const refused = await record(acting, change, planned, typed)
      const done = planned.length - refused.length
      if (refused.length === 0) return reply.redirect(teamAddress(back, `changed-${done}`), 303)
      return reply.page('oversight/team/change-done', {
        ...changePage(change, checked, typed, back, []),
        done,
        refused,
      })
    },
  )

  type Acting = Parameters<typeof makeChange>[1]

  /** Records what can be recorded, one person after the other. Returns who is left, with the reason. */
  async function record(acting: Acting, change: ChangeName, planned: readonly PlannedFor[], typed: Typed) {
    const refused: Readonly<{ name: string; says: string }>[] = []
    for (const { person, problems } of planned) {
      const { name } = person
      if (problems.length > 0) refused.push({ name, says: sentence(problems) })
      else {
        const answer = await makeChange(db, acting, change, person, typed)
        if (answer.kind === 'problems') refused.push({ name, says: sentence(answer.problems) })
        else if (answer.kind === 'refused') refused.push({ name, says: answer.message })
        else if (answer.kind !== 'done')
          refused.push({ name, says: 'The record has changed since you looked.' })
      }
    }
    return refused
  }

  const checkedBy = (viewer: Viewer, { row = [], only }: Rows): Promise<readonly CheckedPerson[]> =>
    listChecked(db, only ? [only] : row, viewer.supervised_program_ids, dayOf(clock()))
}

function changePage(
  change: ChangeName,
  people: readonly CheckedPerson[],
  typed: Typed,
  back: string,
  errors: readonly Problem[],
) {
  const { lead, fields } = checkedChanges[change]
  return {
    title: changeTitles[change],
    lead,
    change,
    people,
    fields: [...fields(typed), reasonField(typed)],
    errors,
    back,
    ...backTo(back),
  }
}

const previewOf = (planned: readonly PlannedFor[]) => ({
  ready: planned.filter(({ problems }) => problems.length === 0),
  refused: planned
    .filter(({ problems }) => problems.length > 0)
    .map(({ person, problems }) => ({ name: person.name, says: sentence(problems) })),
})

/** The same mistake for everyone, such as a date that can't be read, belongs to its field. */
function sharedProblems(planned: readonly PlannedFor[]): readonly Problem[] {
  const [first] = planned
  const isShared = planned.every(({ problems }) => problems[0]?.message === first?.problems[0]?.message)
  return isShared ? (first?.problems.filter(({ field }) => field !== '') ?? []) : []
}

const sentence = (problems: readonly Problem[]) => problems.map(({ message }) => message).join(' ')
