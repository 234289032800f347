import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { noteLook } from '#server/people/actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import { twoPeopleWords } from '#server/people/two-people.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { Problem } from '#server/programs/form-problem.ts'
import { includesDay } from '#server/programs/recorded-period.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { allowOwnFrames, pdfBesideAForm } from '#server/web/security-headers.ts'
import { readUpload } from '#server/web/upload.ts'
import { findingLine } from './program-finding-words.ts'
import { findingsWith, listProgramFindings } from './program-findings.actions.ts'
import { listRequirementRows } from './program-requirements.queries.ts'
import { evidenceWords } from './requirement-words.ts'
import {
  decideSubmission,
  submitTraining,
  whyNotToDecide,
  withdrawSubmission,
} from './submissions.actions.ts'
import {
  findSubmissionFile,
  findSubmissionOf,
  listWaitingSubmissions,
  type Submission,
} from './submissions.queries.ts'
import type { TypedEntry } from './training-entry.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>
type OfOne = Readonly<{ program: string; requirement: string }>

/** Evidence that people submit for a requirement of their program's own, and an administrator's decision on it. */
export async function submissionRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const
  const ofOne = Type.Object({ program: uuid(), requirement: uuid() })
  const base = '/programs/:program/requirements/:requirement/submissions'

  app.get(`${base}/new`, { config: signedIn, schema: { params: ofOne } }, async (request, reply) =>
    reply.page('training/submission-new', await newPage(viewerOf(request), request.params, {}, [])),
  )

  app.post(base, { config: signedIn, schema: { params: ofOne } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const requirement = await askedOf(viewer, request.params)
    const { fields, file, isTooLarge } = await readUpload(request)
    const again = async (problems: readonly Problem[]) =>
      reply
        .status(422)
        .page('training/submission-new', await newPage(viewer, request.params, fields, problems))
    if (isTooLarge) return again([{ field: 'file', message: tooLarge }])
    const answer = await submitTraining(db, viewer, requirement, { typed: fields, file }, clock())
    if (answer.kind === 'submitted') return reply.redirect(`/program-submissions/${answer.id}`, 303)
    const isAboutFile = answer.problems.some(({ field }) => field === 'file')
    return again(file && !isAboutFile ? [...answer.problems, chooseAgain] : answer.problems)
  })

  const params = Type.Object({ submission: uuid() })

  app.get(
    '/program-submissions/:submission',
    { config: signedIn, schema: { params } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      allowOwnFrames(reply)
      return reply.page(
        'training/submission',
        await onePage(viewer, await seen(viewer, request.params.submission)),
      )
    },
  )

  app.get(
    '/program-submissions/:submission/file',
    { config: signedIn, schema: { params, querystring: Type.Object({ beside: Type.Optional(text(3)) }) } },
    async (request, reply) => {
      const submission = await seen(viewerOf(request), request.params.submission)
      const kept = (await findSubmissionFile(db, submission.id)) ?? notFound()
      if (request.query.beside && kept.file_type === 'application/pdf')
        return reply.headers(pdfBesideAForm).send(kept.file)
      return reply
        .type(kept.file_type)
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('content-disposition', `attachment; filename="${kept.file_name}"`)
        .send(kept.file)
    },
  )

  const decision = Type.Union([Type.Literal('accept'), Type.Literal('decline')])

  app.post(
    '/program-submissions/:submission/decision',
    {
      config: { policy: ['program_admin'] },
      schema: { params, body: form({ decision, reason: Type.Optional(text(500)) }) },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const submission = await seen(viewer, request.params.submission)
      const reason = request.body.reason?.trim() ?? ''
      const outcome = request.body.decision === 'accept' ? 'accepted' : 'declined'
      const answer = await decideSubmission(db, viewer, submission, { outcome, reason }, clock())
      if (answer.kind === 'decided') return reply.redirect(`/program-submissions/${submission.id}`, 303)
      const message =
        answer.kind === 'not-two'
          ? twoPeopleWords[answer.problem](submission.person_name)
          : {
              'not-yours': 'Only an administrator of this program can decide.',
              ended: 'This is already decided or withdrawn. Nothing was changed.',
              'reason-missing':
                outcome === 'accepted'
                  ? 'Enter why it counts, such as what you checked.'
                  : 'Enter the reason, so that the person knows what would count instead.',
            }[answer.kind]
      const again = await seen(viewer, submission.id)
      return reply
        .status(422)
        .page('training/submission', await onePage(viewer, again, [{ field: 'reason', message }], reason))
    },
  )

  app.post(
    '/program-submissions/:submission/withdrawal',
    { config: signedIn, schema: { params } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const submission = await seen(viewer, request.params.submission)
      if ((await withdrawSubmission(db, viewer, submission, clock())) === 'not-found') return notFound()
      return reply.redirect(`/program-submissions/${submission.id}`, 303)
    },
  )

  /** A requirement that is asked of the viewer today. */
  async function askedOf(viewer: Viewer, { program, requirement: id }: OfOne) {
    const today = dayOf(clock())
    const findings = await listProgramFindings(db, [program], { on: today, asKnownOn: null }, [viewer.id])
    if (!findings.some(({ requirement_id }) => requirement_id === id)) return notFound()
    const rows = await listRequirementRows(db, [program])
    return rows.find((row) => row.requirement_id === id && includesDay(row, today)) ?? notFound()
  }

  async function newPage(viewer: Viewer, one: OfOne, typed: TypedEntry, errors: readonly Problem[]) {
    const requirement = await askedOf(viewer, one)
    const address = `/programs/${one.program}/requirements/${one.requirement}/submissions`
    return {
      title: `Submit evidence: ${requirement.title}`,
      requirement,
      evidence: evidenceWords(requirement),
      action: address,
      typed,
      errors,
    }
  }

  async function seen(viewer: Viewer, id: string): Promise<Submission> {
    const submission = (await findSubmissionOf(db, viewer, id)) ?? notFound()
    const look = { personId: submission.person_id, lookedBy: viewer.id, what: 'evidence that you submitted' }
    if (submission.person_id !== viewer.id) await noteLook(db, look, clock())
    return submission
  }

  async function onePage(
    viewer: Viewer,
    submission: Submission,
    errors: readonly Problem[] = [],
    reason = '',
  ) {
    const today = dayOf(clock())
    const isWaiting = submission.outcome === null
    const isAdministrator = viewer.administered_program_ids.includes(submission.program_id)
    const blocked =
      isWaiting && isAdministrator ? await whyNotToDecide(db, viewer, submission, clock()) : null
    const mayDecide = isWaiting && isAdministrator && !blocked
    const found = mayDecide ? await findingsWith(db, { ...submission, course: null }, today) : null
    const waiting = isAdministrator ? await listWaitingSubmissions(db, viewer.administered_program_ids) : []
    return {
      title: submission.title,
      submission,
      errors,
      reason,
      isOwn: submission.person_id === viewer.id,
      mayDecide,
      blocked: blocked && twoPeopleWords[blocked](submission.person_name),
      effect: found && {
        from: findingLine(found.now, today).words,
        to: findingLine(found.then, today).words,
      },
      next: waiting.find(({ id, person_id }) => id !== submission.id && person_id !== viewer.id)?.id ?? null,
    }
  }
}

const tooLarge = 'The file is larger than 10 MB. Choose a smaller one. Your other entries are kept.'
const chooseAgain = { field: 'file', message: 'Choose the file again. Your browser doesn’t keep it.' }
