import { listCertificates } from '#server/certificates/certificates/queries.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { Database } from '#server/db/connection.ts'
import { listCompletions } from '#server/learning/progress/queries.ts'
import { dayOf } from '#server/lib/days.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { App } from '#server/web/routes.ts'
import { listOwnOutsideTrainings, type OutsideTraining } from './outside.queries.ts'
import { transcriptPdf } from './transcript.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  clock: () => Date
  config: Readonly<{ issuerName: string }>
}>

/** The transcript of everything that someone has completed. */
export async function transcriptRoutes(app: App, { db, catalogue, clock, config }: Needs): Promise<void> {
  app.get('/transcript.pdf', { config: { policy: 'signed-in' } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const [completions, certificates, outside] = await Promise.all([
      listCompletions(db, viewer.id),
      listCertificates(db, viewer.id),
      listOwnOutsideTrainings(db, viewer),
    ])
    const courses = completions.map((one) => {
      const text = catalogue.courses.get(one.course)?.versions.get(one.version)
      const facts = certificates.find(({ completion_id }) => completion_id === one.id)?.facts
      return {
        ...{ completed_on: one.completed_on, version: one.version, certificate: one.certificate_number },
        title: facts?.course_title ?? text?.title ?? one.course,
        statute: facts?.statute ?? text?.statute ?? '',
        hours: facts?.hours ?? null,
      }
    })
    const now = clock()
    const others = outside
      .filter(({ superseded_at }) => !superseded_at)
      .map((one) => ({ ...one, state: stateOf(one) }))
    const file = await transcriptPdf(
      { name: viewer.name, issuer: config.issuerName, courses, outside: others },
      dayOf(now),
      now,
    )
    return reply
      .type('application/pdf')
      .header('content-disposition', 'inline; filename="training-transcript.pdf"')
      .send(Buffer.from(file))
  })
}

function stateOf({ decisions }: OutsideTraining): string {
  const accepted = decisions.filter(({ is_accepted }) => is_accepted).map(({ program }) => program)
  if (accepted.length > 0) return accepted.join(', ')
  return decisions.length > 0 ? 'Declined' : 'Not decided yet'
}
