import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import type { Replica } from '#server/db/replica.ts'
import { listFastPeople } from '#server/learning/engagement.queries.ts'
import { addDays, dayOf } from '#server/lib/days.ts'
import { openReview } from '#server/oversight/reviews/review.actions.ts'
import { listReviews } from '#server/oversight/reviews/review.queries.ts'
import { dayQuery, type ReviewDay, reviewDay } from '#server/oversight/reviews/review-day.ts'
import { reviewPeople } from '#server/oversight/reviews/review-people.ts'
import { stateNames, stateTones } from '#server/oversight/reviews/review-words.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { findProgramOf } from '#server/programs/queries.ts'
import { licenseCard, licenseWords, toneOf } from '#server/programs/record/license-card.ts'
import { findProgramRecord } from '#server/programs/record/program-record.queries.ts'
import { includesDay } from '#server/programs/recorded-period.ts'
import { listPatterns } from '#server/programs/roles/access.queries.ts'
import { rosterOn } from '#server/programs/roster/employment/roster.queries.ts'
import { rulesRevision } from '#server/standings/rules-revision.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { findPrograms } from './licensing.queries.ts'
import { listOverviewDays, listProgramCounts } from './overview.queries.ts'
import { overviewTotals } from './overview-page.ts'
import { recordOnDay } from './record-on-day.ts'

type Needs = Readonly<{ db: Database; replica: Replica; clock: () => Date }>

/** Licensing staff find a program and open a review of it. These pages name no one. */
export async function licensingRoutes(app: App, { db, replica, clock }: Needs): Promise<void> {
  const licensing = { policy: ['licensing'] } as const
  const params = Type.Object({ program: uuid() })
  const day = { on: Type.Optional(text(40)), known: Type.Optional(text(10)) }
  const mostFound = 30
  // Before a search the page is about the whole state, and the list is only a beginning.
  const mostShown = 6
  // Working out the gaps of more people than that takes too long for a page. The review shows them.
  const mostWithGaps = 500

  app.get(
    '/licensing',
    { config: licensing, schema: { querystring: Type.Object({ search: Type.Optional(text(200)) }) } },
    async (request, reply) => {
      const search = (request.query.search ?? '').trim()
      const now = clock()
      const today = dayOf(now)
      const isPiece = request.headers['hx-request'] === 'true'
      const { found, asOf } = await replica.read(async (reading) => ({
        programs: await findPrograms(reading, search, today, search ? mostFound : mostShown),
        // Reads every answer of the state, which a search doesn't ask for.
        overview:
          isPiece || search
            ? null
            : {
                totals: overviewTotals(
                  await listProgramCounts(reading, {
                    today,
                    soon: addDays(today, 30),
                    ruleset: rulesRevision,
                  }),
                ),
                days: await listOverviewDays(reading, 12),
              },
      }))
      const data = { title: 'Licensed programs', search, ...found.programs, asOf, licenseWords, toneOf }
      if (isPiece) return reply.partial('oversight/licensing/_found', data)
      return reply.page('oversight/licensing/find', {
        ...data,
        now: asOf ?? now,
        overview: found.overview,
      })
    },
  )

  app.get(
    '/licensing/programs/:program',
    {
      config: licensing,
      schema: {
        params,
        querystring: Type.Object(day),
      },
    },
    async (request, reply) => {
      const asked = reviewDay(request.query, dayOf(clock()))
      const data = await programPage(viewerOf(request), request.params.program, asked)
      const errors = asked.problem ? [{ field: 'on', message: asked.problem }] : []
      return reply
        .status(asked.problem ? 422 : 200)
        .page('oversight/licensing/program', { ...data, purpose: '', errors })
    },
  )

  app.post(
    '/licensing/programs/:program/reviews',
    { config: licensing, schema: { params, body: form({ purpose: text(300), ...day }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { program } = request.params
      const purpose = request.body.purpose.trim()
      const asked = reviewDay(request.body, dayOf(clock()))
      if (purpose) {
        if (!(await findProgramOf(db, viewer, program, dayOf(clock())))) return notFound()
        const id = await openReview(db, viewer, program, purpose, clock())
        return reply.redirect(`/reviews/${id}/people${dayQuery(asked)}`, 303)
      }
      const data = await programPage(viewer, program, asked)
      const errors = [
        {
          field: 'purpose',
          message: 'Enter the purpose of the review. It is logged each time you view a person.',
        },
      ]
      return reply.status(422).page('oversight/licensing/program', { ...data, purpose, errors })
    },
  )

  async function programPage(viewer: Viewer, programId: string, asked: ReviewDay) {
    const { on, asKnownOn } = asked
    const program = (await findProgramOf(db, viewer, programId, on, asKnownOn)) ?? notFound()
    const [record, roster, reviews, patterns] = await Promise.all([
      findProgramRecord(db, programId, asKnownOn),
      rosterOn(db, [programId], on, asKnownOn),
      listReviews(db, { programId }),
      listPatterns(db, programId),
    ])
    const inContact = roster.people.filter(({ assignments }) =>
      assignments.some(
        ({ contact, leave, duties_from, duties_to }) =>
          (contact.some((period) => includesDay(period, on)) &&
            !leave.some((period) => includesDay(period, on))) ||
          (duties_from !== null && includesDay({ from_on: duties_from, to_on: duties_to }, on)),
      ),
    )
    const ids = roster.people.map(({ person_id }) => person_id)
    const isSmall = roster.people.length <= mostWithGaps
    const { facts } = isSmall ? await factsOfPeople(db, ids, on, asKnownOn) : { facts: null }
    return {
      title: program.name,
      record: facts && recordOnDay(reviewPeople(roster, facts, programId, on)),
      card: licenseCard(program, record, on),
      asked,
      query: dayQuery(asked),
      today: dayOf(clock()),
      onRoster: roster.people.length,
      inContact: inContact.length,
      fast: (await listFastPeople(db, ids, on)).size,
      reviews,
      patterns: {
        refused: patterns.filter(({ kind }) => kind === 'blocked').length,
        done: patterns.filter(({ kind }) => kind === 'done').length,
        links: patterns.filter(({ kind }) => kind === 'link').length,
      },
      stateNames,
      stateTones,
    }
  }
}
