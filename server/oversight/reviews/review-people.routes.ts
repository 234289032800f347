import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { clearance } from '#server/law/clearance.ts'
import { programsOf } from '#server/law/reasons/situation.ts'
import { findFastCompletions } from '#server/learning/engagement.actions.ts'
import { listFastPeople } from '#server/learning/engagement.queries.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { findProgramOf } from '#server/programs/queries.ts'
import { licenseCard } from '#server/programs/record/license-card.ts'
import { findProgramRecord } from '#server/programs/record/program-record.queries.ts'
import { rosterOn } from '#server/programs/roster/employment/roster.queries.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text, uuid } from '#server/web/routes.ts'
import { logLook } from './review.actions.ts'
import { findReviewOf, type Review } from './review.queries.ts'
import { closedPage, dayQuery, type ReviewDay, reviewDay } from './review-day.ts'
import { certificatesOn, gapsOf, reviewPeople, reviewPerson } from './review-people.ts'
import { listCertificatesOfPeople, listOutsideOfPeople } from './review-person.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** The people of a program under review. Every page is logged with the review before it is sent. */
export async function reviewPeopleRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const licensing = { policy: ['licensing'] } as const
  const querystring = Type.Object({ on: Type.Optional(text(40)), known: Type.Optional(text(10)) })

  const peopleQuery = Type.Object({ ...querystring.properties, show: Type.Optional(text(10)) })

  app.get(
    '/reviews/:review/people',
    { config: licensing, schema: { params: Type.Object({ review: uuid() }), querystring: peopleQuery } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      if (review.state === 'closed') return reply.page('oversight/reviews/closed', closedPage(review))
      const asked = reviewDay(request.query, dayOf(clock()))
      const { on, asKnownOn } = asked
      const head = await headOf(viewer, review, asked)
      const roster = await rosterOn(db, [review.program_id], on, asKnownOn)
      const ids = roster.people.map(({ person_id }) => person_id)
      const known = await factsOfPeople(db, ids, on, asKnownOn)
      const fast = await listFastPeople(db, ids, on)
      const isFastOnly = request.query.show === 'fast'
      const people = reviewPeople(known.roster, known.facts, review.program_id, on)
      const shown = people.filter(({ person_id }) => !isFastOnly || fast.has(person_id))
      await logLook(db, viewer, review, dayWords('the roster', asked), ids, clock())
      return reply.status(asked.problem ? 422 : 200).page('oversight/reviews/people', {
        ...head,
        title: `People of ${review.program}`,
        contactCount: people.filter(({ contact }) => contact === 'in').length,
        inContact: shown.filter(({ contact }) => contact === 'in'),
        others: shown.filter(({ contact }) => contact !== 'in'),
        fast,
        isFastOnly,
        gaps: gapsOf(people),
        missed: people.filter(({ gaps }) => gaps.length > 0).length,
      })
    },
  )

  app.get(
    '/reviews/:review/people/:person',
    { config: licensing, schema: { params: Type.Object({ review: uuid(), person: uuid() }), querystring } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = (await findReviewOf(db, viewer, request.params.review)) ?? notFound()
      if (review.state === 'closed') return reply.page('oversight/reviews/closed', closedPage(review))
      const asked = reviewDay(request.query, dayOf(clock()))
      const { on, asKnownOn } = asked
      const { roster, facts } = await factsOfPeople(db, [request.params.person], on, asKnownOn)
      const row = roster.people.find(({ person_id }) => person_id === request.params.person) ?? notFound()
      const own = facts.get(row.person_id)
      const person = reviewPerson(row, own, review.program_id, on) ?? notFound()
      const [certificates, outside] = await Promise.all([
        listCertificatesOfPeople(db, [row.person_id]),
        listOutsideOfPeople(db, [row.person_id], asKnownOn),
      ])
      await logLook(db, viewer, review, dayWords('one person', asked), [row.person_id], clock())
      const program = own && programsOf(own).find(({ id }) => id === review.program_id)
      return reply.status(asked.problem ? 422 : 200).page('oversight/reviews/person', {
        ...(await headOf(viewer, review, asked)),
        title: person.name,
        person,
        assignments: row.assignments.filter(({ program_id }) => program_id === review.program_id),
        clearance: own && program ? clearance(own, program, on) : null,
        certificates: certificatesOn(certificates, on, asKnownOn),
        fast: (await findFastCompletions(db, row.person_id)).filter(({ completed_on }) => completed_on <= on),
        outside: outside.filter(({ completed_on }) => completed_on <= on),
      })
    },
  )

  async function headOf(viewer: Viewer, review: Review, asked: ReviewDay) {
    const { on, asKnownOn } = asked
    const program = (await findProgramOf(db, viewer, review.program_id, on, asKnownOn)) ?? notFound()
    return {
      review,
      card: licenseCard(program, await findProgramRecord(db, program.id, asKnownOn), on),
      asked,
      today: dayOf(clock()),
      errors: asked.problem ? [{ field: 'on', message: asked.problem }] : [],
      query: dayQuery(asked),
    }
  }
}

const dayWords = (what: string, { on, asKnownOn }: ReviewDay) =>
  `${what} on ${on}${asKnownOn ? ', as known then' : ''}`
