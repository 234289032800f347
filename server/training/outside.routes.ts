import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { hoursLedger } from '#server/law/child-protection/hours-ledger.ts'
import { requirementOn } from '#server/law/facts/ruleset.ts'
import { creditsFor, outsideCredits } from '#server/law/outside-training.ts'
import { agenciesOf } from '#server/law/reasons/duties.ts'
import { recordEvidence } from '#server/ledger/actions.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { noteLook } from '#server/people/actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import { type TwoPeopleProblem, twoPeopleWords } from '#server/people/two-people.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { confirmersInWords } from '#server/programs/roles/confirmers-in-words.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, isUuid, text, uuid } from '#server/web/routes.ts'
import { readUpload } from '#server/web/upload.ts'
import { decisionEffects } from './decision-effects.ts'
import {
  decidedBy,
  decideOutsideTraining,
  mayWithdraw,
  recordOutsideTraining,
  whyNotToDecide,
  withdrawOutsideTraining,
} from './outside.actions.ts'
import {
  findOutsideFile,
  findOutsideTrainingOf,
  listOtherAdministrators,
  listOwnOutsideTrainings,
  listStaff,
  listWaitingOutsideTrainings,
  type OutsideTraining,
} from './outside.queries.ts'
import { findTrainingToDecide, listDeciders } from './outside-deciders.actions.ts'
import { readOutsideForm } from './outside-form.ts'

/** The most people in a select. */
const mostChoices = 100

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** Outside training: recorded by the learner or who looks after them, decided by an administrator who did not record it. */
export async function outsideRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const params = Type.Object({ id: uuid() })

  app.get('/training/elsewhere', { config: signedIn }, async (request, reply) => {
    const viewer = viewerOf(request)
    const [own, waiting] = await Promise.all([
      listOwnOutsideTrainings(db, viewer),
      listWaitingOutsideTrainings(db, viewer),
    ])
    const isAdministrator = viewer.administered_program_ids.length > 0
    const today = dayOf(clock())
    const mine = (await factsOfPeople(db, [viewer.id], today)).facts.get(viewer.id)
    const ledgers = mine
      ? agenciesOf(mine).map((agency) => ({ agency, years: hoursLedger(mine, agency, today) }))
      : []
    return reply.page('training/outside', {
      title: 'Outside training',
      own,
      waiting,
      isAdministrator,
      ledgers,
      hours: requirementOn('annual-hours', today),
    })
  })

  // Fields are filled in from the catalogue, or from a withdrawn training that is recorded again.
  const known = Type.Object({
    title: Type.Optional(text()),
    provider: Type.Optional(text()),
    code: Type.Optional(text(30)),
    completed_on: Type.Optional(text(40)),
    hours: Type.Optional(text(20)),
    subject: Type.Optional(text(10)),
    topics: Type.Optional(text(2000)),
    mastery: Type.Optional(text(500)),
    same_curriculum: Type.Optional(text(10)),
    person: Type.Optional(text(40)),
    find: Type.Optional(text(200)),
  })
  app.get(
    '/training/elsewhere/new',
    { config: signedIn, schema: { querystring: known } },
    async (request, reply) =>
      reply.page('training/outside-new', await newPage(viewerOf(request), request.query, [])),
  )

  app.post('/training/elsewhere', { config: signedIn }, async (request, reply) => {
    const viewer = viewerOf(request)
    const { fields, file, isTooLarge } = await readUpload(request)
    const now = clock()
    const { entry, errors } = readOutsideForm(fields, dayOf(now))
    const personId = fields.person || viewer.id
    if (personId !== viewer.id && !(await findStaff(viewer, personId))) return notFound()
    const again = async (problems: readonly { field: string; message: string }[]) =>
      reply.status(422).page('training/outside-new', await newPage(viewer, fields, problems))
    const tooLarge = {
      field: 'file',
      message:
        'The file is larger than 10 MB. Choose a smaller one, such as a photo in lower quality. Your other entries are kept.',
    }
    const chooseAgain = { field: 'file', message: 'Choose the file again. Your browser doesn’t keep it.' }
    if (isTooLarge) return again([...errors, tooLarge])
    if (!entry) return again(file ? [...errors, chooseAgain] : errors)
    const result = await recordOutsideTraining(db, viewer, personId, entry, file, now)
    if (result.kind === 'file-refused') return again([{ field: 'file', message: result.message }])
    return reply.redirect(`/training/elsewhere/${result.id}`, 303)
  })

  app.get('/training/elsewhere/:id', { config: signedIn, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    return reply.page(
      'training/outside-one',
      await onePage(viewer, await seen(viewer, request.params.id), []),
    )
  })

  app.get(
    '/training/elsewhere/:id/file',
    { config: signedIn, schema: { params } },
    async (request, reply) => {
      const { training } = await seen(viewerOf(request), request.params.id)
      const kept = (await findOutsideFile(db, training.id)) ?? notFound()
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

  async function newPage(
    viewer: Viewer,
    typed: Readonly<Record<string, string>>,
    errors: readonly { field: string; message: string }[],
  ) {
    const { person, find: search = '', ...rest } = typed
    const found = await listStaff(db, viewer.supervised_program_ids, { search, limit: mostChoices + 1 })
    const other = person && person !== viewer.id ? await findStaff(viewer, person) : null
    const isLong = search !== '' || found.length > mostChoices
    return {
      title: 'Record an outside training',
      typed,
      errors,
      viewer,
      other,
      deciders: other ? await listOtherAdministrators(db, other.id, viewer.id) : [],
      // A few people are in a select. More are found by name, so that the page doesn't grow with the staff.
      people: isLong ? [] : found,
      finding: isLong
        ? {
            search,
            chosen: other,
            found: search ? found.slice(0, mostChoices) : [],
            isMore: found.length > mostChoices,
            rest: Object.entries(rest).filter(([, value]) => value),
          }
        : null,
    }
  }

  async function findStaff(viewer: Viewer, person: string) {
    if (!isUuid(person)) return null
    const [found] = await listStaff(db, viewer.supervised_program_ids, { person, limit: 1 })
    return found ?? null
  }

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
    // Whoever recorded it learns who decides.
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
