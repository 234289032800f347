import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { reader, type Typed } from '#server/programs/typed.ts'
import { rules } from '#server/requirements/rules.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { fileType, readUpload } from '#server/web/upload.ts'
import type { FieldError } from '#server/web/views.ts'
import { actOnFinding, answerFinding, logLook, writeFinding } from './review.actions.ts'
import {
  type FindingRow,
  findAnswerFile,
  findFindingOf,
  findReviewOf,
  listFindingsToAnswer,
  listPeopleOfProgram,
  type Review,
} from './review.queries.ts'
import { actWords, findingPage } from './review-finding-page.ts'
import { findingActs } from './review-words.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** Findings: written by licensing staff, answered by an administrator of the program that they were sent to. */
export async function reviewFindingRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const licensing = { policy: ['licensing'] } as const
  const administrators = { policy: ['program_admin'] } as const
  const readers = { policy: ['licensing', 'program_admin'] } as const
  const params = Type.Object({ finding: uuid() })
  const reviewParams = Type.Object({ review: uuid() })
  const longest = 10_000

  app.get(
    '/reviews/:review/findings/new',
    {
      config: licensing,
      schema: { params: reviewParams, querystring: Type.Object({ person: Type.Optional(uuid()) }) },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      const page = await newPage(review, { person: request.query.person ?? '' }, [])
      await logLook(
        db,
        viewer,
        review,
        'the list of people, to write a finding',
        page.people.map(({ id }) => id),
        clock(),
      )
      return reply.page('oversight/reviews/finding-new', page)
    },
  )

  app.post(
    '/reviews/:review/findings',
    {
      config: licensing,
      schema: {
        params: reviewParams,
        body: form({
          person: Type.Optional(text(40)),
          rule: Type.Optional(text(10)),
          body: text(longest),
          follow_up_on: Type.Optional(text(40)),
          send: Type.Optional(text(5)),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      const typed = request.body
      const read = reader(typed, dayOf(clock()))
      const body = typed.body.trim()
      if (!body) read.refuse('body', 'Write what was found.')
      const follow_up_on = read.day('follow_up_on')
      const people = await listPeopleOfProgram(db, review.program_id)
      const person_id = typed.person || null
      if (person_id && !people.some(({ id }) => id === person_id))
        read.refuse('person', 'Choose somebody of this program.')
      const rule = typed.rule ?? ''
      if (rule && !rules.some(({ code }) => code === rule))
        read.refuse('rule', 'Choose a rule from the list.')
      if (read.problems.length > 0)
        return reply
          .status(422)
          .page('oversight/reviews/finding-new', await newPage(review, typed, read.problems))
      const entry = { person_id, rule, body, follow_up_on, isSent: typed.send === 'yes' }
      await writeFinding(db, viewer, review, entry, clock())
      return reply.redirect(`/reviews/${review.id}#findings`, 303)
    },
  )

  app.post(
    '/findings/:finding/acts',
    {
      config: licensing,
      schema: {
        params,
        body: form({
          act: Type.Union(findingActs.map((act) => Type.Literal(act))),
          reason: Type.Optional(text(2000)),
          follow_up_on: Type.Optional(text(40)),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const finding = (await findFindingOf(db, viewer, request.params.finding)) ?? notFound()
      const { act, reason = '' } = request.body
      const read = reader(request.body, dayOf(clock()))
      const follow_up_on =
        act === 'follow-up-moved' ? read.day('follow_up_on', 'Write the new follow-up day.') : null
      if (read.problems.length > 0) return showAgain(read.problems)
      const result = await actOnFinding(
        db,
        viewer,
        finding,
        { act, reason: reason.trim(), follow_up_on },
        clock(),
      )
      switch (result.kind) {
        case 'done':
          return reply.redirect(`/findings/${finding.id}`, 303)
        case 'reason-missing':
          return showAgain([{ field: 'reason', message: 'Write why. It stays with the finding.' }])
        case 'day-missing':
          return showAgain([{ field: 'follow_up_on', message: 'Write the new follow-up day.' }])
        case 'not-open-to-this':
          return showAgain([
            { field: 'reason', message: 'The finding has changed meanwhile. This is how it stands now.' },
          ])
      }
      async function showAgain(errors: readonly FieldError[]) {
        return reply.status(422).page('oversight/reviews/finding', onePage(viewer, finding, errors))
      }
    },
  )

  app.get('/findings', { config: administrators }, async (request, reply) => {
    const findings = (await listFindingsToAnswer(db, viewerOf(request))).map(findingPage)
    return reply.page('oversight/reviews/findings', {
      title: 'Findings',
      waiting: findings.filter(({ state }) => state === 'sent'),
      others: findings.filter(({ state }) => state !== 'sent'),
    })
  })

  app.get('/findings/:finding', { config: readers, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const finding = (await findFindingOf(db, viewer, request.params.finding)) ?? notFound()
    const review = await findReviewOf(db, viewer, finding.review_id)
    if (review && finding.person_id)
      await logLook(db, viewer, review, 'a finding', [finding.person_id], clock())
    return reply.page('oversight/reviews/finding', onePage(viewer, finding, []))
  })

  app.post(
    '/findings/:finding/answers',
    { config: administrators, schema: { params } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const finding = (await findFindingOf(db, viewer, request.params.finding)) ?? notFound()
      if (!viewer.administered_program_ids.includes(finding.program_id)) return notFound()
      const { fields, file } = await readUpload(request)
      const body = (fields.body ?? '').trim()
      const type = file && fileType(file.bytes)
      const errors: FieldError[] = []
      if (!body)
        errors.push({ field: 'body', message: 'Write your answer. A file alone does not say what it shows.' })
      if (body.length > longest)
        errors.push({ field: 'body', message: `Use at most ${longest} characters; put the rest in a file.` })
      if (file && !type)
        errors.push({
          field: 'file',
          message: 'That file is not a PDF, PNG or JPEG. Send it as one of these.',
        })
      if (errors.length > 0)
        return reply
          .status(422)
          .page('oversight/reviews/finding', { ...onePage(viewer, finding, errors), typed: body })
      const kept =
        file && type
          ? { bytes: file.bytes, type, name: file.name.replace(/[^\w.\- ]+/g, '_').slice(-100) }
          : null
      const answer = await answerFinding(db, viewer, finding, body, kept, clock())
      if (answer.kind === 'answered') return reply.redirect(`/findings/${finding.id}`, 303)
      const closed = [{ field: 'body', message: 'This finding was closed meanwhile. Nothing was sent.' }]
      return reply
        .status(422)
        .page('oversight/reviews/finding', { ...onePage(viewer, finding, closed), typed: body })
    },
  )

  app.get(
    '/findings/:finding/answers/:answer/file',
    { config: readers, schema: { params: Type.Object({ finding: uuid(), answer: uuid() }) } },
    async (request, reply) => {
      const finding = (await findFindingOf(db, viewerOf(request), request.params.finding)) ?? notFound()
      const kept = (await findAnswerFile(db, finding.id, request.params.answer)) ?? notFound()
      // Only ever as a download: whatever is in it, it opens in no page of ours.
      return reply
        .type(kept.file_type ?? 'application/octet-stream')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('content-disposition', `attachment; filename="${kept.file_name}"`)
        .send(kept.file)
    },
  )

  async function newPage(review: Review, typed: Typed, errors: readonly FieldError[]) {
    const people = await listPeopleOfProgram(db, review.program_id)
    return { title: 'Write a finding', review, typed, errors, people, rules }
  }

  function onePage(viewer: Viewer, row: FindingRow, errors: readonly FieldError[]) {
    const finding = findingPage(row)
    return {
      title: finding.name,
      finding,
      errors,
      typed: '',
      actWords,
      isLicensing: hasRole(viewer, 'licensing'),
      mayAnswer:
        viewer.administered_program_ids.includes(row.program_id) &&
        (finding.state === 'sent' || finding.state === 'answered'),
    }
  }
}
