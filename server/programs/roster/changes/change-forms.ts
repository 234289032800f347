import type { FastifyReply } from 'fastify'
import { type TObject, Type } from 'typebox'
import type { Policy } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import type { Field } from '#server/programs/roster/employment/roster-fields.ts'
import { workTexts } from '#server/programs/roster/employment/work-texts.ts'
import { requestsPath } from '#server/programs/second-person/requests.actions.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { found } from '#server/web/errors.ts'
import { type App, form, text } from '#server/web/routes.ts'
import type { Acting } from './roster.actions.ts'

/** A change form on its own page. */
export type ChangeForm = Readonly<{
  title: string
  /** The person or program that the change is about. */
  over: string
  lead?: string
  fields: (typed: Typed) => readonly Field[]
  /** Initial values of the fields. */
  start: Typed
  button: string
  back: Readonly<{ href: string; label: string }>
}>

type ActAnswer<Done> =
  | Done
  | { kind: 'problems'; problems: readonly Problem[] }
  | { kind: 'refused'; message: string }
  | { kind: 'second-person' }
  | { kind: 'not-found' }

export type Act<Params, Done extends { kind: 'done' }> = Readonly<{
  /** Address of the form, for GET and POST. */
  address: string
  params: TObject
  policy: Policy
  /** Loads through the viewer. Throws not-found if it isn't theirs. */
  form: (acting: Acting, params: Params) => Promise<ChangeForm>
  act: (acting: Acting, params: Params, typed: Typed) => Promise<ActAnswer<Done>>
  /** Where to redirect after saving. */
  next: (params: Params, done: Done) => string
}>

/** All fields of all change forms. Other fields are rejected. */
const names = [
  ...['seen', 'change', 'reason', 'name', 'email', 'employee_id', 'worker_type', 'hired_on', 'separated_on'],
  ...[
    'duties_from',
    'duties_to',
    'contact_from',
    'contact_time',
    'from_on',
    'from_time',
    'to_on',
    'to_program',
  ],
  ...workTexts.map(({ name }) => name),
  ...[
    'program_name',
    'place',
    'holder',
    'holder_is_new',
    'kind',
    'license_number',
    'license_type',
    'licensing_authority',
  ],
  ...['status', 'may_operate', 'type', 'checked_on'],
]

const body = form(Object.fromEntries(names.map((name) => [name, Type.Optional(text(1000))])))

type Needs = Readonly<{ clock: () => Date; afterChange: AfterChange }>

/** Registers a change form's GET and POST. On an error the form comes back with what was typed. */
export function changeFormRoutes<Params, Done extends { kind: 'done' }>(
  app: App,
  { clock, afterChange }: Needs,
  act: Act<Params, Done>,
): void {
  const config = { policy: act.policy }

  app.get(act.address, { config, schema: { params: act.params } }, async (request, reply) => {
    const acting = { viewer: viewerOf(request), now: clock(), afterChange }
    const actForm = await act.form(acting, request.params as Params)
    return showAct(reply, actForm, actForm.start)
  })

  app.post(act.address, { config, schema: { params: act.params, body } }, async (request, reply) => {
    const acting = { viewer: viewerOf(request), now: clock(), afterChange }
    const params = request.params as Params
    const typed = request.body as Typed
    const answer = found(await act.act(acting, params, typed))
    if (answer.kind === 'done') return reply.redirect(act.next(params, answer), 303)
    if (answer.kind === 'second-person') return reply.redirect(`${requestsPath}?done=asked`, 303)
    const actForm = await act.form(acting, params)
    // The form that comes back must show the record as it is now.
    const kept = { ...typed, ...(actForm.start.seen ? { seen: actForm.start.seen } : {}) }
    if (answer.kind === 'problems')
      return showAct(reply.status(422), actForm, kept, { errors: answer.problems })
    return showAct(reply.status(409), actForm, kept, { refused: answer.message })
  })
}

function showAct(
  reply: FastifyReply,
  { fields, start, ...page }: ChangeForm,
  typed: Typed,
  more: Readonly<Record<string, unknown>> = {},
) {
  return reply.page('programs/change-form', {
    ...page,
    fields: fields(typed),
    seen: typed.seen ?? null,
    ...more,
  })
}
