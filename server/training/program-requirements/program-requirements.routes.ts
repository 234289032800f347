import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import type { Replica } from '#server/db/replica.ts'
import { recordEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { findRosterOf, findRosterToChangeOf } from '#server/programs/queries.ts'
import { day, type Field, removable } from '#server/programs/roster/employment/roster-fields.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { listEmployeeIds } from '#server/standings/clearance.queries.ts'
import { found, notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { listProgramFindings } from './program-findings.actions.ts'
import {
  addRequirement,
  changeRequirement,
  endRequirement,
  type RequirementAnswer,
} from './program-requirements.actions.ts'
import {
  listChoices,
  listRequirementChanges,
  listRequirementRows,
  type RequirementRow,
} from './program-requirements.queries.ts'
import { requirementsCsv, requirementsXlsx } from './program-requirements-export.ts'
import { linesOf, requirementsPage } from './program-requirements-page.ts'
import {
  type Choices,
  requirementFields,
  requirementLists,
  requirementTexts,
  type TypedRequirement,
  typedRequirement,
} from './requirement-form.ts'
import { listWaitingSubmissions } from './submissions.queries.ts'

type Needs = Readonly<{ db: Database; replica: Replica; offered: FindOffered; clock: () => Date }>

type FormPage = Readonly<{
  title: string
  over: string
  lead: string
  button: string
  fields: readonly Field[]
}>

/** A program's own requirements: what they are, where everyone is with them, and adding, changing and ending one. */
export async function programRequirementRoutes(
  app: App,
  { db, replica, offered, clock }: Needs,
): Promise<void> {
  const readers = { policy: ['supervisor', 'program_admin'] } as const
  const administrators = { policy: ['program_admin'] } as const
  const params = Type.Object({ program: uuid() })
  const oneParams = Type.Object({ program: uuid(), requirement: uuid() })
  const filters = {
    requirement: Type.Optional(text(40)),
    show: Type.Optional(text(20)),
  }
  const base = '/programs/:program/requirements'
  const body = form({
    ...Object.fromEntries(requirementTexts.map((name) => [name, Type.Optional(text(500))])),
    ...Object.fromEntries(
      requirementLists.map((name) => [name, Type.Optional(Type.Array(text(), { maxItems: 200 }))]),
    ),
  })

  app.get(
    base,
    {
      config: readers,
      schema: {
        params,
        querystring: Type.Object({
          ...filters,
          page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}$' })),
          recorded: Type.Optional(Type.String({ pattern: '^[0-9]{1,5}$' })),
        }),
      },
    },
    async (request, reply) => {
      const today = dayOf(clock())
      const place = (await findRosterOf(db, viewerOf(request), request.params.program, today)) ?? notFound()
      const { requirement = '', show = '', page = '1', recorded } = request.query
      const { id } = place.program
      const [rows, findings, changes, waiting] = await Promise.all([
        listRequirementRows(db, [id]),
        listProgramFindings(db, [id], { on: today, asKnownOn: null }),
        listRequirementChanges(db, id),
        listWaitingSubmissions(db, [id]),
      ])
      const filter = { requirement, show, page: Number(page) }
      return reply.page('training/program-requirements', {
        ...requirementsPage(place, rows, findings, changes, filter, today),
        waiting,
        recorded: recorded ? Number(recorded) : null,
      })
    },
  )

  for (const kind of ['csv', 'xlsx'] as const)
    app.get(
      `${base}.${kind}`,
      { config: readers, schema: { params, querystring: Type.Object(filters) } },
      async (request, reply) => {
        const viewer = viewerOf(request)
        const today = dayOf(clock())
        const { program } = (await findRosterOf(db, viewer, request.params.program, today)) ?? notFound()
        const { findings, employeeIds } = await replica.readAll(async (reading) => ({
          findings: await listProgramFindings(reading, [program.id], { on: today, asKnownOn: null }),
          employeeIds: await listEmployeeIds(reading, program.id),
        }))
        const { requirement = '', show = '' } = request.query
        const lines = linesOf(findings, { requirement, show }, today)
        await recordEvidence(db, {
          kind: 'records-exported',
          actor_id: viewer.id,
          subject: `program:${program.id}`,
          facts: { what: 'own requirements', program_id: program.id, rows: lines.length },
          at: clock(),
        })
        reply.header('content-disposition', `attachment; filename="own-requirements-${today}.${kind}"`)
        return kind === 'csv'
          ? reply.type('text/csv; charset=utf-8').send(requirementsCsv(lines, today, employeeIds))
          : reply
              .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
              .send(await requirementsXlsx(lines, today, employeeIds))
      },
    )

  app.get(`${base}/new`, { config: administrators, schema: { params } }, async (request, reply) => {
    const { program } = await changeable(viewerOf(request), request.params.program)
    return showForm(reply, program.id, addPage(program, {}, await choicesFor(program.id, null)))
  })

  app.post(base, { config: administrators, schema: { params, body } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const { program } = await changeable(viewer, request.params.program)
    const typed = request.body as TypedRequirement
    const choices = await choicesFor(program.id, null)
    const answer = await addRequirement(db, { viewer, now: clock() }, program.id, typed, choices)
    return answered(reply, program.id, answer, () => addPage(program, typed, choices))
  })

  app.get(
    `${base}/:requirement/change`,
    { config: administrators, schema: { params: oneParams } },
    async (request, reply) => {
      const { program, now } = await oneOf(viewerOf(request), request.params)
      const choices = await choicesFor(program.id, now)
      return showForm(
        reply,
        program.id,
        changePage(program, now, typedRequirement(now, dayOf(clock())), choices),
      )
    },
  )

  app.post(
    `${base}/:requirement/change`,
    { config: administrators, schema: { params: oneParams, body } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { program, now } = await oneOf(viewer, request.params)
      const typed = request.body as TypedRequirement
      const choices = await choicesFor(program.id, now)
      const one = { programId: program.id, requirementId: now.requirement_id }
      const answer = await changeRequirement(db, { viewer, now: clock() }, one, typed, choices)
      return answered(reply, program.id, answer, () => changePage(program, now, typed, choices))
    },
  )

  app.get(
    `${base}/:requirement/end`,
    { config: administrators, schema: { params: oneParams } },
    async (request, reply) => {
      const { program, now } = await oneOf(viewerOf(request), request.params)
      return showForm(reply, program.id, endPage(program, now, {}))
    },
  )

  app.post(
    `${base}/:requirement/end`,
    {
      config: administrators,
      schema: {
        params: oneParams,
        body: form({
          change: Type.Optional(text(20)),
          to_on: Type.Optional(text(40)),
          reason: Type.Optional(text(500)),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { program, now } = await oneOf(viewer, request.params)
      const one = { programId: program.id, requirementId: now.requirement_id }
      const answer = await endRequirement(db, { viewer, now: clock() }, one, request.body)
      return answered(reply, program.id, answer, () => endPage(program, now, request.body))
    },
  )

  const changeable = async (viewer: Viewer, programId: string) =>
    (await findRosterToChangeOf(db, viewer, programId, dayOf(clock()))) ?? notFound()

  async function oneOf(
    viewer: Viewer,
    { program: programId, requirement }: Readonly<{ program: string; requirement: string }>,
  ) {
    const { program } = await changeable(viewer, programId)
    const rows = await listRequirementRows(db, [program.id])
    return {
      program,
      now: rows.findLast(({ requirement_id }) => requirement_id === requirement) ?? notFound(),
    }
  }

  /** The roster's roles and units; with those that a requirement names, though no one has them today. */
  async function choicesFor(programId: string, now: RequirementRow | null): Promise<Choices> {
    const { roles, units } = await listChoices(db, programId, dayOf(clock()))
    const { catalogue } = await offered()
    return {
      roles: [...new Set([...roles, ...(now?.roles ?? [])])],
      units: [...new Set([...units, ...(now?.units ?? [])])],
      courses: [...catalogue.courses.values()].map(({ slug, current }) => ({
        value: slug,
        label: current.shortTitle,
      })),
    }
  }
}

const showForm = (
  reply: FastifyReply,
  programId: string,
  page: FormPage,
  errors: Extract<RequirementAnswer, { kind: 'problems' }>['problems'] = [],
) => {
  const back = { href: `/programs/${programId}/requirements`, label: 'Own requirements' }
  // A new one is sent to the list's address, which is where it is added.
  const action = page.button === addButton ? back.href : null
  return reply.page('programs/change-form', { ...page, back, action, errors })
}

function answered(reply: FastifyReply, programId: string, answer: RequirementAnswer, page: () => FormPage) {
  const { kind } = found(answer)
  if (kind === 'done') return reply.redirect(`/programs/${programId}/requirements`, 303)
  return showForm(reply.status(422), programId, page(), answer.kind === 'problems' ? answer.problems : [])
}

const addButton = 'Add requirement'

const addPage = (
  program: Readonly<{ name: string }>,
  typed: TypedRequirement,
  choices: Choices,
): FormPage => ({
  title: 'Add a requirement',
  over: program.name,
  lead: 'For training that your program asks for beyond this system’s courses. It never changes who is cleared for direct contact.',
  button: addButton,
  fields: requirementFields(typed, choices, false),
})

const changePage = (
  program: Readonly<{ name: string }>,
  now: RequirementRow,
  typed: TypedRequirement,
  choices: Choices,
): FormPage => ({
  title: `Change ${now.title}`,
  over: program.name,
  lead: 'The change applies from the day you enter. What applied before stays on record.',
  button: 'Save change',
  fields: requirementFields(typed, choices, true),
})

const endPage = (program: Readonly<{ name: string }>, now: RequirementRow, typed: Typed): FormPage => ({
  title: `End ${now.title}`,
  over: program.name,
  lead: 'The trainings that were recorded for it stay on record.',
  button: 'End requirement',
  fields: [
    day('to_on', 'Last day on which it applies', typed),
    ...removable({ change: 'end', ...typed }, 'It was recorded by mistake and never applied.').map((field) =>
      field.name === 'change'
        ? {
            ...field,
            options: [
              { value: 'end', label: 'End it on that day' },
              ...(field.options ?? []).filter(({ value }) => value === 'remove'),
            ],
          }
        : { ...field, hint: 'The reason stays with the record' },
    ),
  ],
})
