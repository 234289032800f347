import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { recordExport } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { reader, type Typed } from '#server/programs/typed-form.ts'
import { findStaff, namedIn, staffChoice, stillFinding } from '#server/training/staff-choice.actions.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { readForm } from '#server/web/upload.ts'
import type { FieldError } from '#server/web/views.ts'
import { requestEvidence, takeEvidenceStep, writeMessage } from './evidence.actions.ts'
import { type EvidenceRequest, findEvidenceFile, findEvidenceRequestOf } from './evidence.queries.ts'
import { mostFiles, readMessage, readRequest } from './evidence-form.ts'
import { evidencePage } from './evidence-page.ts'
import { logLook } from './review.actions.ts'
import { findReviewOf, type Review } from './review.queries.ts'
import { closedPage } from './review-day.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** Requests for evidence: licensing staff ask, the program's administrators answer, in one thread. */
export async function evidenceRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const licensing = { policy: ['licensing'] } as const
  const both = { policy: ['licensing', 'program_admin'] } as const
  const reviewParams = Type.Object({ review: uuid() })
  const params = Type.Object({ request: uuid() })

  app.get(
    '/reviews/:review/evidence/new',
    {
      config: licensing,
      schema: {
        params: reviewParams,
        querystring: Type.Object({ person: Type.Optional(text(40)), find: Type.Optional(text(200)) }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      if (review.state === 'closed') return reply.page('oversight/reviews/closed', closedPage(review))
      return reply.page('oversight/reviews/evidence-new', await newPage(viewer, review, request.query, []))
    },
  )

  app.post(
    '/reviews/:review/evidence',
    { config: licensing, schema: { params: reviewParams } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      if (review.state === 'closed')
        return reply.status(409).page('oversight/reviews/closed', closedPage(review))
      const upload = await readForm(request, { files: mostFiles })
      const finding = stillFinding(upload.fields)
      if (finding) return showAgain(upload.files.length > 0 ? [...finding, chooseFilesAgain] : finding)
      const person = await findStaff(db, [review.program_id], upload.fields.person)
      const asked = readRequest(upload.fields, person, dayOf(clock()))
      const message = readMessage(upload)
      if (asked.kind === 'request' && message.kind === 'message') {
        const id = await requestEvidence(db, viewer, review, asked.entry, message.message, clock())
        return reply.redirect(`/evidence/${id}`, 303)
      }
      return showAgain([asked, message].flatMap((read) => (read.kind === 'problems' ? read.problems : [])))

      async function showAgain(errors: readonly FieldError[]) {
        return reply
          .status(422)
          .page('oversight/reviews/evidence-new', await newPage(viewer, review, upload.fields, errors))
      }
    },
  )

  app.get('/evidence/:request', { config: both, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const asked = await requestOf(viewer, request.params.request)
    return reply.page('oversight/reviews/evidence', requestPage(viewer, asked, [], {}))
  })

  app.post('/evidence/:request/messages', { config: both, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const asked = await requestOf(viewer, request.params.request)
    const isFromProgram = viewer.administered_program_ids.includes(asked.program_id)
    const upload = await readForm(request, { files: mostFiles })
    const read = readMessage(upload)
    if (read.kind === 'problems') return showAgain(read.problems)
    const { kind } = await writeMessage(db, viewer, asked, isFromProgram, read.message, clock())
    if (kind === 'written') return reply.redirect(`/evidence/${asked.id}`, 303)
    return showAgain([{ field: 'body', message: 'This request has been closed. Nothing was sent.' }])

    function showAgain(errors: readonly FieldError[]) {
      return reply
        .status(422)
        .page('oversight/reviews/evidence', requestPage(viewer, asked, errors, upload.fields))
    }
  })

  app.post(
    '/evidence/:request/steps',
    {
      config: licensing,
      schema: {
        params,
        body: form({
          step: Type.Union([
            Type.Literal('due-day-changed'),
            Type.Literal('closed'),
            Type.Literal('reopened'),
          ]),
          due_on: Type.Optional(text(40)),
          reason: Type.Optional(text(2000)),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const asked = await requestOf(viewer, request.params.request)
      const { step } = request.body
      const read = reader(request.body, dayOf(clock()))
      const reason = read.line('reason', 'Enter a reason. The program can see it.', 2000)
      const due_on = step === 'due-day-changed' ? read.day('due_on', 'Enter the new due day.') : null
      if (due_on && due_on < dayOf(clock())) read.refuse('due_on', 'The day has passed.')
      if (read.problems.length > 0) return showAgain(read.problems)
      const { kind } = await takeEvidenceStep(db, viewer, asked, { step, due_on, reason }, clock())
      if (kind === 'done') return reply.redirect(`/evidence/${asked.id}`, 303)
      return showAgain([
        { field: 'reason', message: 'The request changed in the meantime, so nothing was saved.' },
      ])

      async function showAgain(errors: readonly FieldError[]) {
        const now = await requestOf(viewer, asked.id)
        return reply
          .status(422)
          .page('oversight/reviews/evidence', requestPage(viewer, now, errors, request.body))
      }
    },
  )

  app.get(
    '/evidence/:request/files/:file',
    { config: both, schema: { params: Type.Object({ request: uuid(), file: uuid() }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const asked = await requestOf(viewer, request.params.request)
      const file = (await findEvidenceFile(db, asked.id, request.params.file)) ?? notFound()
      await recordExport(db, {
        by: viewer.id,
        subject: `review:${asked.review_id}`,
        at: clock(),
        facts: { what: 'a file of evidence', file_id: request.params.file },
      })
      // Always as a download, so that an uploaded file can never run on our site.
      return reply
        .type(file.type)
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('content-disposition', `attachment; filename="${file.name}"`)
        .send(file.bytes)
    },
  )

  /** A request that names a person counts as viewing them, when licensing staff open it. */
  async function requestOf(viewer: Viewer, id: string): Promise<EvidenceRequest> {
    const asked = (await findEvidenceRequestOf(db, viewer, id)) ?? notFound()
    const review = await findReviewOf(db, viewer, asked.review_id)
    if (review && asked.person_id)
      await logLook(db, viewer, review, 'a request for evidence', [asked.person_id], clock())
    return asked
  }

  function requestPage(viewer: Viewer, asked: EvidenceRequest, errors: readonly FieldError[], typed: Typed) {
    const page = evidencePage(asked, dayOf(clock()))
    const isOfProgram = viewer.administered_program_ids.includes(asked.program_id)
    return {
      title: `${page.name}: ${asked.subject}`,
      asked: page,
      errors,
      typed,
      isLicensing: hasRole(viewer, 'licensing'),
      mayWrite: page.state !== 'closed',
      isOfProgram,
      mostFiles,
    }
  }

  async function newPage(viewer: Viewer, review: Review, typed: Typed, errors: readonly FieldError[]) {
    const { person, find } = typed
    const choice = await staffChoice(db, [review.program_id], { person, find })
    await logLook(db, viewer, review, 'the list of people, to ask for evidence', namedIn(choice), clock())
    const about = { ...choice, address: `/reviews/${review.id}/evidence/new` }
    return { title: 'Ask for evidence', review, typed, errors, about, mostFiles }
  }
}

const chooseFilesAgain = {
  field: 'files',
  message: 'Choose the files again. Your browser doesn’t keep them.',
}
