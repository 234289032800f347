import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { listChangeDays } from '#server/courses/catalogue/change-days.queries.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { factsOf } from '#server/law/facts/facts.ts'
import { residentialRefresher } from '#server/law/facts/ruleset.ts'
import { courseSteps } from '#server/learning/progress/next-step.ts'
import { listCompletions, listEnrollments } from '#server/learning/progress/queries.ts'
import { listChangeReadings } from '#server/learning/versions/changes.queries.ts'
import { changesToRead } from '#server/learning/versions/changes.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import type { App } from '#server/web/routes.ts'
import { myTrainingPage } from './my-training.ts'
import { listOwnOutsideTrainings } from './outside.queries.ts'
import { findingLine, urgencyOfFinding } from './program-requirements/program-finding-words.ts'
import { listProgramFindings } from './program-requirements/program-findings.actions.ts'
import {
  listOwnProgramTrainings,
  listWorkplaces,
} from './program-requirements/program-requirements.queries.ts'
import { listSubmissionsBy } from './program-requirements/submissions.queries.ts'
import { listSupervisors } from './supervisors.queries.ts'
import { whatCounts } from './what-counts.ts'

type Needs = Readonly<{ db: Database; catalogue: Catalogue; offered: FindOffered; clock: () => Date }>

/** The home page: an introduction for visitors; the next step and the reason for learners. */
export async function myTrainingRoutes(app: App, { db, catalogue, offered, clock }: Needs): Promise<void> {
  app.get('/', { config: { policy: 'public' } }, async (request, reply) => {
    const { viewer } = request
    if (!viewer) return reply.page('learning/welcome', { title: 'Welcome' })
    const today = dayOf(clock())
    const [courses, { roster, facts }, enrollments, completions, days, readings, elsewhere] =
      await Promise.all([
        offered(),
        factsOfPeople(db, [viewer.id], today),
        listEnrollments(db, viewer.id),
        listCompletions(db, viewer.id),
        listChangeDays(db),
        listChangeReadings(db, viewer.id),
        listOwnOutsideTrainings(db, viewer),
      ])
    const names = new Map(roster.programs.map(({ program_id, name }) => [program_id, name]))
    const steps = courseSteps(courses.catalogue, enrollments, completions)
    const own = facts.get(viewer.id) ?? factsOf({})
    const changes = changesToRead(catalogue, completions, days, readings, today).filter(
      ({ isDone }) => !isDone,
    )
    const refresher = catalogue.courses.get(residentialRefresher)?.current
    const isRefresherApproved = refresher !== undefined && courses.approvalOf(refresher) !== null
    const page = myTrainingPage(own, today, steps, completions, names, isRefresherApproved)
    return reply.page('training/my-training', {
      ...page,
      cards: page.cards.map((card) => ({
        ...card,
        counts: card.isElsewhere ? whatCounts(card.requirement, today, catalogue.elsewhere) : [],
      })),
      supervisors: page.banner?.askAt ? await listSupervisors(db, page.banner.askAt) : [],
      cannotCount: page.next && courses.cannotCount(page.next.course),
      changes,
      elsewhere,
      ...(await ownRequirements(viewer.id, today)),
    })
  })

  /** What the viewer's programs ask of them beyond the law. */
  async function ownRequirements(personId: string, today: Day) {
    const programs = await listWorkplaces(db, personId, today)
    const findings = await listProgramFindings(db, programs, { on: today, asKnownOn: null }, [personId])
    const submissions = await listSubmissionsBy(db, personId, null)
    return {
      // The latest for each requirement, until it is accepted: then it's among the trainings.
      submissions: new Map(
        submissions.toReversed().map((one) => [one.requirement_id, one.outcome === 'accepted' ? null : one]),
      ),
      ownRequirements: findings
        .toSorted((a, b) => urgencyOfFinding(a) - urgencyOfFinding(b))
        .map((one) => findingLine(one, today)),
      ownTrainings: await listOwnProgramTrainings(db, personId),
    }
  }
}
