import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, uuid } from '#server/web/routes.ts'
import { fileType, readUpload } from '#server/web/upload.ts'
import type { FieldError } from '#server/web/views.ts'
import { listEvidenceToSend } from './evidence.queries.ts'
import { evidencePage } from './evidence-page.ts'
import { logFinding } from './review.actions.ts'
import { findAnswerFile, findFindingOf, listFindingsToAnswer } from './review.queries.ts'
import { readAnswer } from './review-finding-form.ts'
import { findingPage, findingPageFor } from './review-finding-page.ts'
import { answerFinding } from './review-findings.actions.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** Findings for licensing staff and for the program's administrators, who answer them. */
export async function reviewAnswerRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const administrators = { policy: ['program_admin'] } as const
  const readers = { policy: ['licensing', 'program_admin'] } as const
  const params = Type.Object({ finding: uuid() })

  app.get('/findings', { config: administrators }, async (request, reply) => {
    const viewer = viewerOf(request)
    const findings = (await listFindingsToAnswer(db, viewer)).map(findingPage)
    return reply.page('oversight/reviews/findings', {
      title: 'Findings and evidence',
      waiting: findings.filter(({ state }) => state === 'sent'),
      others: findings.filter(({ state }) => state !== 'sent'),
      evidence: (await listEvidenceToSend(db, viewer)).map((asked) => evidencePage(asked, dayOf(clock()))),
    })
  })

  app.get('/findings/:finding', { config: readers, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const finding = (await findFindingOf(db, viewer, request.params.finding)) ?? notFound()
    await logFinding(db, viewer, finding, clock())
    return reply.page('oversight/reviews/finding', findingPageFor(viewer, finding, []))
  })

  app.post(
    '/findings/:finding/answers',
    { config: administrators, schema: { params } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const finding = (await findFindingOf(db, viewer, request.params.finding)) ?? notFound()
      if (!viewer.administered_program_ids.includes(finding.program_id)) return notFound()
      const { fields, file, isTooLarge } = await readUpload(request)
      const body = (fields.body ?? '').trim()
      const read = readAnswer(body, file && { ...file, type: fileType(file.bytes) }, isTooLarge)
      if (read.kind === 'problems') return showAgain(read.problems)
      const answer = await answerFinding(db, viewer, finding, body, read.file, clock())
      if (answer.kind === 'answered') return reply.redirect(`/findings/${finding.id}`, 303)
      return showAgain([
        { field: 'body', message: 'This finding has been closed, so your answer was not sent.' },
      ])

      function showAgain(errors: readonly FieldError[]) {
        const page = { ...findingPageFor(viewer, finding, errors), typed: body }
        return reply.status(422).page('oversight/reviews/finding', page)
      }
    },
  )

  app.get(
    '/findings/:finding/answers/:answer/file',
    { config: readers, schema: { params: Type.Object({ finding: uuid(), answer: uuid() }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const finding = (await findFindingOf(db, viewer, request.params.finding)) ?? notFound()
      const kept = (await findAnswerFile(db, finding.id, request.params.answer)) ?? notFound()
      await logFinding(db, viewer, finding, clock(), 'the evidence of a finding')
      // Always as a download, so that an uploaded file can never run on our site.
      return reply
        .type(kept.file_type ?? 'application/octet-stream')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('content-disposition', `attachment; filename="${kept.file_name}"`)
        .send(kept.file)
    },
  )
}
