import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { creditsFor, outsideCredits } from '#server/law/outside-training.ts'
import { recordEvidence } from '#server/ledger/actions.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { noteLook } from '#server/people/actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import { type TwoPeopleProblem, twoPeopleWords } from '#server/people/two-people.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { confirmersInWords } from '#server/programs/roles/confirmers-in-words.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { allowOwnFrames, pdfBesideAForm } from '#server/web/security-headers.ts'
import { decisionEffects } from './decision-effects.ts'
import {
  decidedBy,
  decideOutsideTraining,
  mayWithdraw,
  whyNotToDecide,
  withdrawOutsideTraining,
} from './outside.actions.ts'
import {
  findOutsideFile,
  findOutsideTrainingOf,
  listWaitingOutsideTrainings,
  type OutsideTraining,
} from './outside.queries.ts'
import { findTrainingToDecide, listDeciders } from './outside-deciders.actions.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** One outside training: its page and file, the decision of an administrator who did not record it, and withdrawing it. */
export async function outsideTrainingRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const params = Type.Object({ id: uuid() })

  app.get('/training/elsewhere/:id', { config: signedIn, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    allowOwnFrames(reply)
    return reply.page(
      'training/outside-one',
      await onePage(viewer, await seen(viewer, request.params.id), []),
    )
  })

  app.get(
    '/training/elsewhere/:id/file',
    { config: signedIn, schema: { params, querystring: Type.Object({ beside: Type.Optional(text(3)) }) } },
    async (request, reply) => {
      const { training } = await seen(viewerOf(request), request.params.id)
      const kept = (await findOutsideFile(db, training.id)) ?? notFound()
      if (request.query.beside && kept.file_type === 'application/pdf')
        return reply.headers(pdfBesideAForm).send(kept.file)
      // Always as a download, so that an uploaded file can never run on our site.
      return reply
        .type(kept.file_type ?? 'application/octet-stream')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('content-disposition', `attachment; filename="${kept.file_name}"`)
        .send(kept.file)
    },
  )

  app.post(
    '/training/elsewhere/:id/decisions',
    {
      config: { policy: ['program_admin', 'licensing'] },
      schema: {
        params,
        body: form({
          program: uuid(),
          decision: Type.Union([Type.Literal('accept'), Type.Literal('decline')]),
          verified: Type.Optional(text(10)),
          reason: Type.Optional(text(1000)),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const deciding = await seen(viewer, request.params.id)
      const { training } = deciding
      const { program, decision, verified, reason } = request.body
      const result = await decideOutsideTraining(
        db,
        viewer,
        deciding,
        {
          program_id: program,
          is_accepted: decision === 'accept',
          is_certificate_verified: verified === 'yes',
          reason: reason?.trim() ?? '',
        },
        clock(),
      )
      if (result.kind === 'decided') return reply.redirect(`/training/elsewhere/${training.id}`, 303)
      const message =
        result.kind === 'not-two'
          ? notTwoWords(result.problem, result.other)
          : {
              'not-yours': 'This training is already decided, or you can’t decide on it.',
              'reason-missing':
                decision === 'accept'
                  ? 'Enter why it counts, such as what you checked.'
                  : 'Enter the reason, so that the person knows what would count instead.',
            }[result.kind]
      const page = await onePage(viewer, deciding, [{ field: 'reason', message }], request.body)
      return reply.status(422).page('training/outside-one', page)
    },
  )

  app.post(
    '/training/elsewhere/:id/withdrawal',
    { config: signedIn, schema: { params, body: form({ withdrawal: text(1000) }) } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const training = (await findOutsideTrainingOf(db, viewer, request.params.id)) ?? notFound()
      if (!training.superseded_at && !mayWithdraw(training, viewer)) return notFound()
      const reason = request.body.withdrawal.trim()
      if (!reason) {
        const message = 'Enter why you are withdrawing it, such as what was wrong.'
        const seenOwn = { training, programIds: viewer.administered_program_ids }
        const page = await onePage(viewer, seenOwn, [{ field: 'withdrawal', message }])
        return reply.status(422).page('training/outside-one', page)
      }
      await withdrawOutsideTraining(db, viewer, training, reason, clock())
      return reply.redirect(`/training/elsewhere/${training.id}`, 303)
    },
  )

  /** A training with the programs for which the viewer decides: their own ones, or those where no one else can. */
  async function seen(viewer: Viewer, id: string) {
    const own = await findOutsideTrainingOf(db, viewer, id)
    if (own) {
      const look = { personId: own.person_id, lookedBy: viewer.id, what: 'an outside training of yours' }
      if (own.person_id !== viewer.id) await noteLook(db, look, clock())
      return { training: own, programIds: viewer.administered_program_ids }
    }
    const deciding = (await findTrainingToDecide(db, viewer, id, clock())) ?? notFound()
    // Someone of another program or of licensing looks at a named person, so it is logged.
    await recordEvidence(db, {
      kind: 'person-viewed',
      actor_id: viewer.id,
      subject: `person:${deciding.training.person_id}`,
      facts: { what: 'an outside training to decide', outside_training_id: id },
      at: clock(),
    })
    return deciding
  }

  async function onePage(
    viewer: Viewer,
    { training, programIds }: Readonly<{ training: OutsideTraining; programIds: readonly string[] }>,
    errors: readonly { field: string; message: string }[],
    typed: Readonly<{ program?: string; decision?: string; verified?: string; reason?: string }> = {},
  ) {
    const today: Day = dayOf(clock())
    const { facts } = await factsOfPeople(db, [training.person_id], today)
    const known = facts.get(training.person_id)
    const trainings = known?.trainings ?? []
    const blocked = programIds.length > 0 ? await whyNotToDecide(db, viewer, training, clock()) : null
    const isDecided = training.waiting.length === 0
    // The person who recorded it sees who can decide.
    const isOpen = !isDecided || (viewer.id === training.recorded_by && training.decisions.length === 0)
    const deciders = isOpen && !training.superseded_at ? await listDeciders(db, training.id, clock()) : []
    const places =
      blocked || training.superseded_at ? [] : [...training.waiting, ...decidedBy(training, programIds)]
    const asked = trainings.find(({ ref }) => ref === training.id)
    return {
      title: training.title,
      training,
      errors,
      typed,
      credits: asked && known ? creditsFor(known, outsideCredits(asked, trainings)) : null,
      places,
      effects: known && places.length > 0 ? decisionEffects(known, training.id, places, today) : null,
      mayWithdraw: mayWithdraw(training, viewer),
      next: (await listWaitingOutsideTrainings(db, viewer)).find(
        ({ id, recorded_by, person_id }) =>
          id !== training.id && recorded_by !== viewer.id && person_id !== viewer.id,
      )?.id,
      isDecided,
      blocked: blocked && !isDecided ? notTwoWords(blocked.problem, blocked.other) : null,
      deciders: deciders.map(({ where, people }) => ({ where, who: confirmersInWords(people) })),
    }
  }
}

const notTwoWords = (problem: TwoPeopleProblem, other: string): string =>
  problem === 'same-account'
    ? 'You recorded or took this training, so another administrator must decide.'
    : twoPeopleWords[problem](other)
