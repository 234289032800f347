import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { hoursLedger } from '#server/law/child-protection/hours-ledger.ts'
import { requirementOn } from '#server/law/facts/ruleset.ts'
import { agenciesOf } from '#server/law/reasons/duties.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { factsOfPeople } from '#server/standings/standings.actions.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text } from '#server/web/routes.ts'
import { readUpload } from '#server/web/upload.ts'
import { recordOutsideTraining } from './outside.actions.ts'
import {
  listOtherAdministrators,
  listOwnOutsideTrainings,
  listWaitingOutsideTrainings,
} from './outside.queries.ts'
import { readOutsideForm } from './outside-form.ts'
import { findStaff, staffChoice, stillFinding } from './staff-choice.actions.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** Outside training: the learner’s own, those to decide, and the form that records one. */
export async function outsideRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const

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
    const finding = stillFinding(fields)
    const personId = fields.person || viewer.id
    if (personId !== viewer.id && !(await findStaff(db, viewer.supervised_program_ids, personId)))
      return notFound()
    const again = async (problems: readonly { field: string; message: string }[]) =>
      reply.status(422).page('training/outside-new', await newPage(viewer, fields, problems))
    const tooLarge = {
      field: 'file',
      message:
        'The file is larger than 10 MB. Choose a smaller one, such as a photo in lower quality. Your other entries are kept.',
    }
    const chooseAgain = { field: 'file', message: 'Choose the file again. Your browser doesn’t keep it.' }
    if (finding) return again(file ? [...finding, chooseAgain] : finding)
    if (isTooLarge) return again([...errors, tooLarge])
    if (!entry) return again(file ? [...errors, chooseAgain] : errors)
    const result = await recordOutsideTraining(db, viewer, personId, entry, file, now)
    if (result.kind === 'file-refused') return again([{ field: 'file', message: result.message }])
    return reply.redirect(`/training/elsewhere/${result.id}`, 303)
  })

  async function newPage(
    viewer: Viewer,
    typed: Readonly<Record<string, string>>,
    errors: readonly { field: string; message: string }[],
  ) {
    const { chosen, people, finding } = await staffChoice(db, viewer.supervised_program_ids, typed)
    const other = chosen && chosen.id !== viewer.id ? chosen : null
    return {
      title: 'Record an outside training',
      typed,
      errors,
      viewer,
      other,
      deciders: other ? await listOtherAdministrators(db, other.id, viewer.id) : [],
      people,
      finding: finding && { ...finding, chosen: other },
    }
  }
}
