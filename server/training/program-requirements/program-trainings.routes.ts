import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { noteLook } from '#server/people/actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { findRosterOf } from '#server/programs/queries.ts'
import { includesDay } from '#server/programs/recorded-period.ts'
import { found, notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { mostChecked, readListUpload } from '#server/web/upload.ts'
import { listProgramFindings } from './program-findings.actions.ts'
import {
  findProgramTrainingFile,
  findProgramTrainingOf,
  listRequirementRows,
} from './program-requirements.queries.ts'
import {
  recordProgramTrainings,
  type TypedTraining,
  withdrawProgramTraining,
} from './program-trainings.actions.ts'
import { trainingFormPage } from './training-form-page.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>
type OfOne = Readonly<{ program: string; requirement: string }>

/** Recording that people took a training that their program asks for, its file, and withdrawing a mistake. */
export async function programTrainingRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const supervisors = { policy: ['supervisor', 'program_admin'] } as const
  const params = Type.Object({ program: uuid(), requirement: uuid() })
  const base = '/programs/:program/requirements/:requirement/trainings'

  app.get(
    `${base}/new`,
    {
      config: supervisors,
      schema: {
        params,
        querystring: Type.Object({
          person: Type.Optional(Type.Array(text(40), { maxItems: mostChecked })),
          find: Type.Optional(text()),
        }),
      },
    },
    async (request, reply) => {
      const { person = [], find = '' } = request.query
      return reply.page(
        'training/program-training-new',
        await newPage(viewerOf(request), request.params, { typed: { person }, find, errors: [] }),
      )
    },
  )

  app.post(base, { config: supervisors, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const { requirement } = await oneOf(viewer, request.params)
    const { fields, lists, file, isTooLarge } = await readListUpload(request, 'person')
    const typed = { ...fields, person: lists }
    const again = async (problems: readonly Problem[]) =>
      reply
        .status(422)
        .page(
          'training/program-training-new',
          await newPage(viewer, request.params, { typed, find: fields.find ?? '', errors: problems }),
        )
    const chooseAgain = { field: 'file', message: 'Choose the file again. Your browser doesn’t keep it.' }
    if (fields.find_person) return again(file ? [chooseAgain] : [])
    if (isTooLarge)
      return again([
        {
          field: 'file',
          message: 'The file is larger than 10 MB. Choose a smaller one. Your other entries are kept.',
        },
      ])
    const answer = await recordProgramTrainings(db, viewer, requirement, typed, file, clock())
    if (answer.kind === 'recorded')
      return reply.redirect(`/programs/${requirement.program_id}/requirements?recorded=${answer.count}`, 303)
    const isAboutFile = answer.problems.some(({ field }) => field === 'file')
    return again(file && !isAboutFile ? [...answer.problems, chooseAgain] : answer.problems)
  })

  const trainingParams = Type.Object({ training: uuid() })

  app.get(
    '/program-trainings/:training/file',
    { config: { policy: 'signed-in' }, schema: { params: trainingParams } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const training = (await findProgramTrainingOf(db, viewer, request.params.training)) ?? notFound()
      const isTheirs = viewer.supervised_program_ids.includes(training.program_id)
      // A sheet with other people's names is the program's to open.
      if (!isTheirs && training.is_shared) return notFound()
      const kept = (await findProgramTrainingFile(db, training.id)) ?? notFound()
      const look = { personId: training.person_id, lookedBy: viewer.id, what: 'a training file of yours' }
      if (training.person_id !== viewer.id) await noteLook(db, look, clock())
      return reply
        .type(kept.file_type)
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('content-disposition', `attachment; filename="${kept.file_name}"`)
        .send(kept.file)
    },
  )

  app.post(
    '/program-trainings/:training/withdrawal',
    { config: supervisors, schema: { params: trainingParams, body: form({ reason: text(500) }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const training = (await findProgramTrainingOf(db, viewer, request.params.training)) ?? notFound()
      const reason = request.body.reason.trim()
      const back = `/team/${training.person_id}`
      // The browser asks for the reason before it sends the form.
      if (!reason) return reply.redirect(`${back}#own-requirements`, 303)
      const kind = await withdrawProgramTraining(db, viewer, training, reason, clock())
      found({ kind })
      return reply.redirect(`${back}?done=withdrawn`, 303)
    },
  )

  async function oneOf(viewer: Viewer, { program, requirement: id }: OfOne) {
    const today = dayOf(clock())
    const place = (await findRosterOf(db, viewer, program, today)) ?? notFound()
    const rows = await listRequirementRows(db, [place.program.id])
    const requirement = rows.find((row) => row.requirement_id === id && includesDay(row, today)) ?? notFound()
    return { place, requirement, today }
  }

  async function newPage(
    viewer: Viewer,
    one: OfOne,
    asked: Readonly<{ typed: TypedTraining; find: string; errors: readonly Problem[] }>,
  ) {
    const { place, requirement, today } = await oneOf(viewer, one)
    const findings = await listProgramFindings(db, [place.program.id], { on: today, asKnownOn: null })
    return trainingFormPage(place, requirement, findings, viewer, { ...asked, today })
  }
}
