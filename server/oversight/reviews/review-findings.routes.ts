import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { rules } from '#server/law/reasons/rules.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { reader, type Typed, typedDay } from '#server/programs/typed-form.ts'
import {
  findStaff,
  namedIn,
  type StaffChoice,
  staffChoice,
  stillFinding,
} from '#server/training/staff-choice.actions.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import type { FieldError } from '#server/web/views.ts'
import { logFinding, logLook } from './review.actions.ts'
import { type FindingRow, findFindingOf, findReviewOf, type Review } from './review.queries.ts'
import { closedPage } from './review-day.ts'
import { citedStatutes, lawMissing, longestFinding, readFinding } from './review-finding-form.ts'
import { findingPage, findingPageFor } from './review-finding-page.ts'
import { actOnFinding, editFinding, writeFinding } from './review-findings.actions.ts'
import { findingActs } from './review-words.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** Licensing staff write, send and close findings. */
export async function reviewFindingRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const licensing = { policy: ['licensing'] } as const
  const params = Type.Object({ finding: uuid() })
  const reviewParams = Type.Object({ review: uuid() })

  const findingFields = {
    person: Type.Optional(text(40)),
    find: Type.Optional(text(200)),
    find_person: Type.Optional(text(3)),
    searched: Type.Optional(text(200)),
    rule: Type.Optional(text(10)),
    law: Type.Optional(text(300)),
    body: text(longestFinding),
    follow_up_on: Type.Optional(text(40)),
  }

  const about = Type.Object({ person: Type.Optional(text(40)), find: Type.Optional(text(200)) })

  app.get(
    '/reviews/:review/findings/new',
    {
      config: licensing,
      schema: { params: reviewParams, querystring: about },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      if (review.state === 'closed') return reply.page('oversight/reviews/closed', closedPage(review))
      const page = await newPage(review, request.query, [])
      await logList(viewer, review, page.about)
      return reply.page('oversight/reviews/finding-new', page)
    },
  )

  app.post(
    '/reviews/:review/findings',
    {
      config: licensing,
      schema: {
        params: reviewParams,
        body: form({ ...findingFields, send: Type.Optional(text(5)) }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      if (review.state === 'closed')
        return reply.status(409).page('oversight/reviews/closed', closedPage(review))
      const finding = stillFinding(request.body)
      if (finding) return showAgain(finding)
      const person = await findStaff(db, [review.program_id], request.body.person)
      const read = readFinding(request.body, person, dayOf(clock()))
      if (read.kind === 'problems') return showAgain(read.problems)
      await writeFinding(db, viewer, review, read.entry, clock())
      return reply.redirect(`/reviews/${review.id}#findings`, 303)

      async function showAgain(errors: readonly FieldError[]) {
        const page = await newPage(review, request.body, errors)
        await logList(viewer, review, page.about)
        return reply.status(422).page('oversight/reviews/finding-new', page)
      }
    },
  )

  app.get(
    '/findings/:finding/edit',
    { config: licensing, schema: { params, querystring: about } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const finding = (await findFindingOf(db, viewer, request.params.finding)) ?? notFound()
      const { person_id, rule, law, body, follow_up_on } = finding
      const typed = {
        person: person_id ?? '',
        rule,
        law,
        body,
        follow_up_on: typedDay(follow_up_on),
        reason: '',
        ...request.query,
      }
      return reply.page('oversight/reviews/finding-edit', await editPage(viewer, finding, typed, []))
    },
  )

  app.post(
    '/findings/:finding/edits',
    {
      config: licensing,
      schema: { params, body: form({ ...findingFields, reason: Type.Optional(text(2000)) }) },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const finding = (await findFindingOf(db, viewer, request.params.finding)) ?? notFound()
      const stillAsked = stillFinding(request.body)
      if (stillAsked) return showAgain(stillAsked)
      const person = await findStaff(db, [finding.program_id], request.body.person)
      const read = readFinding(request.body, person, dayOf(clock()))
      if (read.kind === 'problems') return showAgain(read.problems)
      const reason = (request.body.reason ?? '').trim()
      const result = await editFinding(db, viewer, finding, read.entry, reason, clock())
      if (result.kind === 'done') return reply.redirect(`/findings/${finding.id}`, 303)
      return showAgain([refusals[result.kind]])

      async function showAgain(errors: readonly FieldError[]) {
        const page = await editPage(viewer, finding, request.body, errors)
        return reply.status(422).page('oversight/reviews/finding-edit', page)
      }
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
        act === 'follow-up-moved' ? read.day('follow_up_on', 'Enter the new follow-up day.') : null
      if (read.problems.length > 0) return showAgain(read.problems)
      const result = await actOnFinding(
        db,
        viewer,
        finding,
        { act, reason: reason.trim(), follow_up_on },
        clock(),
      )
      if (result.kind === 'done') return reply.redirect(`/findings/${finding.id}`, 303)
      return showAgain([refusals[result.kind]])

      async function showAgain(errors: readonly FieldError[]) {
        // Read again, because it may have changed.
        const now = (await findFindingOf(db, viewer, request.params.finding)) ?? notFound()
        await logFinding(db, viewer, now, clock())
        const page = findingPageFor(viewer, now, errors)
        return reply.status(422).page('oversight/reviews/finding', { ...page, typedAct: request.body })
      }
    },
  )

  async function newPage(review: Review, typed: Typed, errors: readonly FieldError[]) {
    return {
      title: 'Write a finding',
      review,
      typed,
      errors,
      about: await aboutWhom(review.program_id, typed, `/reviews/${review.id}/findings/new`),
      rules,
      laws: citedStatutes(dayOf(clock())),
    }
  }

  async function editPage(viewer: Viewer, row: FindingRow, typed: Typed, errors: readonly FieldError[]) {
    const review = (await findReviewOf(db, viewer, row.review_id)) ?? notFound()
    const about = await aboutWhom(row.program_id, typed, `/findings/${row.id}/edit`)
    await logList(viewer, review, about)
    const finding = findingPage(row)
    return {
      title: `Edit ${finding.name}`,
      finding,
      typed,
      errors,
      about,
      rules,
      laws: citedStatutes(dayOf(clock())),
    }
  }

  const aboutWhom = async (programId: string, { person, find }: Typed, address: string) => ({
    ...(await staffChoice(db, [programId], { person, find })),
    address,
  })

  /** The list of people to choose from counts as viewing each of them. */
  const logList = (viewer: Viewer, review: Review, about: StaffChoice) =>
    logLook(db, viewer, review, 'the list of people, to write a finding', namedIn(about), clock())
}

const refusals = {
  'reason-missing': { field: 'reason', message: 'Enter a reason. It stays with the finding.' },
  'day-missing': { field: 'follow_up_on', message: 'Enter the new follow-up day.' },
  'law-missing': { field: 'law', message: lawMissing },
  'not-open-to-this': {
    field: 'reason',
    message: 'The finding changed in the meantime, so nothing was saved. This is its current state.',
  },
} as const
