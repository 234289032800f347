import { randomUUID } from 'node:crypto'
import { certificateFile } from '#server/certificates/certificates/issuing.actions.ts'
import { type CertificateRow, listCertificates } from '#server/certificates/certificates/queries.ts'
import { confirmRequest } from '#server/certificates/requests/confirming.actions.ts'
import {
  endRequest,
  noteLook,
  requestCorrection,
  requestRevocation,
} from '#server/certificates/requests/requests.actions.ts'
import {
  confirmPresence,
  correctPresence,
  joinGroupSession,
} from '#server/classroom/group-sessions/group-presences.actions.ts'
import { endGroupSession, openGroupSession } from '#server/classroom/group-sessions/group-sessions.actions.ts'
import { findGroupSessionOf, findPresence } from '#server/classroom/group-sessions/group-sessions.queries.ts'
import { publishSession, register } from '#server/classroom/instructor-led/instructor-led.actions.ts'
import { listRegistrations } from '#server/classroom/instructor-led/instructor-led.queries.ts'
import { recordAttendance } from '#server/classroom/instructor-led/instructor-led-attendance.actions.ts'
import type { CourseVersion, Module } from '#server/courses/catalogue/catalogue.ts'
import { setChangeDay } from '#server/courses/catalogue/change-days.actions.ts'
import { actOnApproval, recordApproval } from '#server/courses/review/approvals.actions.ts'
import type { Database } from '#server/db/connection.ts'
import { insertCompletion } from '#server/demo/fill.ts'
import { onlyTry } from '#server/jobs/workers.ts'
import { answerQuestion, startAttempt } from '#server/learning/attempts.actions.ts'
import { startCourse } from '#server/learning/enrollments.actions.ts'
import { finishLesson } from '#server/learning/lessons.actions.ts'
import { findAttemptOf, findEnrollment } from '#server/learning/progress/queries.ts'
import { moveToCurrent } from '#server/learning/versions/moving.actions.ts'
import { writeEvidence } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import { keepPacket, recordDownload, requestPacket } from '#server/oversight/packets/packet.actions.ts'
import { findPacketById } from '#server/oversight/packets/packet.queries.ts'
import type { PacketContent } from '#server/oversight/packets/packet-content.ts'
import {
  applyRegistry,
  previewRegistry,
  startRegistryImport,
} from '#server/oversight/registry/registry.actions.ts'
import { requestEvidence, writeMessage } from '#server/oversight/reviews/evidence.actions.ts'
import { findEvidenceRequestOf } from '#server/oversight/reviews/evidence.queries.ts'
import {
  changeReviewState,
  logLook,
  openReview,
  writeNote,
} from '#server/oversight/reviews/review.actions.ts'
import { findFindingOf, findReviewOf, type Review } from '#server/oversight/reviews/review.queries.ts'
import {
  actOnFinding,
  answerFinding,
  editFinding,
  writeFinding,
} from '#server/oversight/reviews/review-findings.actions.ts'
import { recordBulkExport, verifyInBulk } from '#server/oversight/verification/bulk-verification.actions.ts'
import { inviteAdministrator } from '#server/people/actions.ts'
import type { Viewer } from '#server/people/roles.ts'
import { createSessions } from '#server/people/sessions.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { applyImport } from '#server/programs/imports/import-apply.actions.ts'
import { checkImport } from '#server/programs/imports/import-check.actions.ts'
import { resumeImport, startImport } from '#server/programs/imports/imports.actions.ts'
import { addProgram, recordProgramFact } from '#server/programs/record/program-record.actions.ts'
import { tellOfRole } from '#server/programs/roles/announcing.actions.ts'
import { endRole } from '#server/programs/roles/granting.actions.ts'
import { giveRoleHere } from '#server/programs/roles/program-roles.actions.ts'
import { correctName } from '#server/programs/roster/changes/assignments.actions.ts'
import { giveLinks } from '#server/programs/roster/sign-in-links/sign-in-links.actions.ts'
import { recordInterpretations } from '#server/standings/interpretations.actions.ts'
import { refreshStandings } from '#server/standings/standings.actions.ts'
import {
  decideOutsideTraining,
  recordOutsideTraining,
  withdrawOutsideTraining,
} from '#server/training/outside.actions.ts'
import { findOutsideTrainingOf } from '#server/training/outside.queries.ts'
import { programId } from '#test/programs/programs.ts'
import { aWorld, type World, type WorldOptions } from '#test/support/app.ts'
import { personId } from '#test/support/cast.ts'
import { asTheService } from '#test/support/db.ts'
import { formFor } from '#test/support/taking.ts'

/** A small world in which every action is about one learner, Theo, so that actions conflict. */
export type Stage = Readonly<{
  world: World
  program: string
  /** The learner. */
  theo: Viewer
  sam: Viewer
  rae: Viewer
  lee: Viewer
  max: Viewer
  noor: Viewer
  ines: Viewer
}>

/**
 * An action that leaves evidence. `prepare` sets the scene, which may be done in either of two slots at once; what it
 * returns does the action on a connection, and says how many ledger entries it must have left.
 */
export type EvidenceAction = Readonly<{
  name: string
  prepare: (stage: Stage, slot: 0 | 1) => Promise<(db: Database) => Promise<number>>
}>

export const now = new Date('2026-06-14T15:00:00Z')
const before = new Date('2026-06-01T15:00:00Z')
const later = new Date('2026-06-14T15:05:00Z')

const afterChange: AfterChange = (trx, people, at) => refreshStandings(trx, people, dayOf(at))

export async function aStage(options: WorldOptions = {}): Promise<Stage> {
  const world = await aWorld({ now, ...options })
  const sessions = createSessions(await asTheService(), { idleMinutes: 60, hours: 12 })
  const viewer = async (email: string) => {
    const found = await sessions.viewer(await sessions.create(await personId(world.db, email)))
    if (!found) throw new Error(`${email} is not in the cast.`)
    return found
  }
  return {
    world,
    program: await programId(world.db, 'North Star House'),
    theo: await viewer('theo@northstar.example'),
    sam: await viewer('sam@northstar.example'),
    rae: await viewer('rae@northstar.example'),
    lee: await viewer('lee@licensing.example'),
    max: await viewer('max@licensing.example'),
    noor: await viewer('noor@review.example'),
    ines: await viewer('ines@review.example'),
  }
}

/** A counter for values that must be new each time. */
let uses = 0

export const evidenceActions: readonly EvidenceAction[] = [
  {
    name: 'the last answer of a course',
    prepare: async (stage, slot) => {
      const { world, theo } = stage
      const course = shortCourse(world, slot)
      const attemptId = await openLastAttempt(stage, course)
      const attempt = await findAttemptOf(world.db, theo.id, attemptId)
      if (!attempt) throw new Error('No attempt was started.')
      const form = formFor(course.modules[0]!, attempt, true)
      const needs = { issuer: world.config, findCourse: () => course, afterChange }
      return async (db) => {
        expectKind(await answerQuestion(db, needs, theo, attempt, form, now), 'course-completed')
        return 2
      }
    },
  },
  {
    name: 'a move to the current version',
    prepare: async ({ world, theo }, slot) => {
      const course = world.catalogue.courses.get(courseSlugs[slot])!
      await endEnrollment(world, theo, course.slug)
      await world.db
        .insertInto('enrollments')
        .values({ person_id: theo.id, course: course.slug, version: '0.0.1', content_hash: '0'.repeat(64) })
        .execute()
      return async (db) => Number(await moveToCurrent(db, theo, course, now))
    },
  },
  {
    name: 'a certificate drawn',
    prepare: async (stage) => {
      const certificate = await aCertificate(stage)
      return async (db) => {
        await certificateFile(db, certificate, stage.world.config.keysFile, now)
        return 1
      }
    },
  },
  {
    name: 'a revocation requested',
    prepare: async (stage) => {
      const certificate = await aCertificate(stage)
      return async (db) => {
        expectKind(await requestRevocation(db, stage.lee, certificate, revoking, now), 'requested')
        return 1
      }
    },
  },
  {
    name: 'a request withdrawn',
    prepare: async (stage) => {
      const { world, lee } = stage
      const request = await requestRevocation(world.db, lee, await aCertificate(stage), revoking, now)
      if (request.kind !== 'requested') throw new Error(request.kind)
      return async (db) => {
        expectKind(await endRequest(db, lee, request.id, 'A mistake', now), 'withdrawn')
        return 1
      }
    },
  },
  {
    name: 'a revocation confirmed, with the completion voided',
    prepare: async (stage) => {
      const { world, lee, max } = stage
      const request = await requestRevocation(world.db, lee, await aCertificate(stage), revoking, now)
      if (request.kind !== 'requested') throw new Error(request.kind)
      return async (db) => {
        expectKind(await confirmRequest(db, confirming(stage), max, request.id, now), 'confirmed')
        return 2
      }
    },
  },
  {
    name: 'a correction confirmed, with the person renamed',
    prepare: async (stage) => {
      const { world, lee, max } = stage
      const asked = {
        reason: 'A letter was missing',
        person_name: `Theo Okafor ${'ABCDEFGH'[uses++ % 8]}`,
        takes_program: false,
        renames_person: true,
      }
      const certificate = await aCertificate(stage)
      const request = await requestCorrection(world.db, lee, certificate, asked, world.config, now)
      if (request.kind !== 'requested') throw new Error(request.kind)
      return async (db) => {
        expectKind(await confirmRequest(db, confirming(stage), max, request.id, now), 'confirmed')
        return 2
      }
    },
  },
  {
    name: 'a look at a certificate',
    prepare: async (stage) => {
      const certificate = await aCertificate(stage)
      return async (db) => {
        await noteLook(db, stage.lee, certificate, now)
        return 1
      }
    },
  },
  {
    name: 'a roster change',
    prepare: async ({ program, theo, rae }) => {
      const name = `Theo Okafor ${'JKLMNPQR'[uses++ % 8]}`
      return async (db) => {
        const acting = { viewer: rae, now, afterChange }
        expectKind(await correctName(db, acting, program, theo.id, { name }), 'done')
        // The roster's entry, and the account's with both names.
        return 2
      }
    },
  },
  {
    name: 'a roster file applied',
    prepare: async (stage) => {
      const { world, rae, program } = stage
      const importId = await checkedImport(stage)
      const acting = { viewer: rae, now, afterChange }
      if (!(await resumeImport(world.db, acting, program, importId, 'applying')))
        throw new Error('The file was not checked.')
      return async (db) => {
        await applyImport({ db, afterChange }, { importId, personId: rae.id }, onlyTry, now)
        const { state } = await world.db
          .selectFrom('roster_imports')
          .select('state')
          .where('id', '=', importId)
          .executeTakeFirstOrThrow()
        // A roster that was changed since the check is left alone.
        if (state !== 'applied' && state !== 'changed-meanwhile') throw new Error(state)
        return state === 'applied' ? 1 : 0
      }
    },
  },
  {
    name: 'a program fact',
    prepare: async ({ program, lee }) => {
      // A day of its own, so that none overlaps with another.
      const on = new Date(Date.UTC(2020, 0, 1 + uses++)).toISOString().slice(0, 10)
      const typed = { type: 'qrtp', from_on: on, to_on: on, checked_on: '6/1/2026' }
      return async (db) => {
        const acting = { viewer: lee, now, afterChange }
        expectKind(await recordProgramFact(db, acting, program, 'certification', typed), 'done')
        return 1
      }
    },
  },
  {
    name: 'a program added',
    prepare: async ({ lee }) => {
      const typed = {
        holder: `Holder ${uses++}`,
        program_name: 'A new agency',
        kind: 'agency',
        from_on: '1/1/2026',
      }
      return async (db) => {
        expectKind(await addProgram(db, { viewer: lee, now }, typed), 'done')
        return 1
      }
    },
  },
  {
    name: 'license data applied',
    prepare: async ({ world, lee }) => {
      const content = [
        'License number,Certification,Certified from,Certified until,Checked on',
        `9900001,st-cse-at-risk,1/1/2022,12/${1 + (uses++ % 28)}/2027,6/10/2026`,
      ].join('\n')
      const id = await startRegistryImport(world.db, lee, { name: 'registry.csv', content }, now)
      const preview = await previewRegistry(world.db, content, dayOf(now))
      if (preview.kind !== 'planned') throw new Error(preview.message)
      return async (db) => {
        const applied = await applyRegistry(db, { viewer: lee, now, afterChange }, id, preview.hash)
        if (applied.kind === 'applied') return applied.programs
        expectKind(applied, 'changed-meanwhile')
        return 0
      }
    },
  },
  {
    name: 'interpretations recorded',
    prepare: async ({ program, rae }) => {
      const readings = { leave: uses++ % 2 ? 'keeps-running' : 'not-required' } as const
      return async (db) => {
        await recordInterpretations(db, rae, program, readings, 'Our counsel says so', now)
        return 1
      }
    },
  },
  {
    name: 'a role granted',
    prepare: async ({ program, rae }) => {
      const typed = { name: 'Pat Newcomer', email: `pat${uses++}@northstar.example`, role: 'supervisor' }
      return async (db) => {
        expectKind(
          await giveRoleHere(db, { viewer: rae, now }, { id: program, holder_id: '' }, typed),
          'granted',
        )
        return 1
      }
    },
  },
  {
    name: 'a role ended',
    prepare: async ({ world, program, rae }) => {
      const { id: person_id } = await world.db
        .insertInto('people')
        .values({ name: 'Pat Leaving', email: `leaving${uses++}@northstar.example` })
        .returning('id')
        .executeTakeFirstOrThrow()
      const { id } = await world.db
        .insertInto('roles')
        .values({ person_id, program_id: program, role: 'supervisor' })
        .returning('id')
        .executeTakeFirstOrThrow()
      return async (db) => {
        expectKind(await writeEvidence(db, (trx) => endRole(trx, { viewer: rae, now }, id)), 'done')
        return 1
      }
    },
  },
  {
    name: 'a sign-in link made',
    prepare: async ({ world, program, rae }) => {
      const site = { mail: null, baseUrl: 'http://127.0.0.1:3000' }
      const { id } = await world.db
        .insertInto('people')
        .values({ name: 'Robin New', email: `new${uses++}@northstar.example` })
        .returning('id')
        .executeTakeFirstOrThrow()
      await world.db
        .insertInto('roles')
        .values({ person_id: id, role: 'supervisor', program_id: program })
        .execute()
      return async (db) => {
        const given = await giveLinks(db, { viewer: rae, now }, site, program, [id])
        if (given.kind !== 'given' || given.shown.length !== 1) throw new Error('No link was made.')
        return 1
      }
    },
  },
  {
    name: 'an administrator invited',
    prepare: async () => {
      const email = `root${uses++}@system.example`
      return async (db) => {
        await inviteAdministrator(db, { email, name: 'Robin Root' }, tellOfRole, now)
        return 1
      }
    },
  },
  {
    name: 'an outside training recorded',
    prepare:
      async ({ theo }) =>
      async (db) => {
        expectKind(await recordOutsideTraining(db, theo, theo.id, webinar, null, now), 'recorded')
        return 1
      },
  },
  {
    name: 'an outside training taken back',
    prepare: async (stage) => {
      const training = await anOutsideTraining(stage)
      return async (db) => {
        await withdrawOutsideTraining(db, stage.theo, training, 'Entered twice', now)
        return 1
      }
    },
  },
  {
    name: 'an outside training decided',
    prepare: async (stage) => {
      const deciding = { training: await anOutsideTraining(stage), programIds: [stage.program] }
      const decision = {
        program_id: stage.program,
        is_accepted: true,
        is_certificate_verified: true,
        reason: 'I read the certificate',
      }
      return async (db) => {
        expectKind(await decideOutsideTraining(db, stage.rae, deciding, decision, now), 'decided')
        return 1
      }
    },
  },
  {
    name: 'an approval recorded',
    prepare: async ({ world, noor }) => {
      const text = completedText(world)
      return async (db) => {
        expectKind(await recordApproval(db, noor, text, approval, letter, now), 'done')
        return 1
      }
    },
  },
  {
    name: 'an approval confirmed',
    prepare: async (stage) => {
      const { world, theo, noor, ines } = stage
      const text = completedText(world)
      await writeEvidence(world.db, (trx) => insertCompletion(trx, theo, text, world.config, '2026-05-01'))
      expectKind(await recordApproval(world.db, noor, text, approval, letter, now), 'done')
      const { id } = await world.db
        .selectFrom('course_approvals')
        .select('id')
        .where('content_hash', '=', text.hash)
        .executeTakeFirstOrThrow()
      return async (db) => {
        const needs = { afterChange, findText: () => text }
        expectKind(await actOnApproval(db, needs, ines, id, { act: 'confirmed', reason: '' }, now), 'done')
        return 1
      }
    },
  },
  {
    name: 'a change day set',
    prepare: async ({ world, noor }) => {
      const text = world.catalogue.courses.get('residential-settings')!.current
      return async (db) => {
        await setChangeDay(db, noor, text, '2026-09-01', now)
        return 1
      }
    },
  },
  {
    name: 'attendance recorded',
    prepare: async (stage) => {
      const { world, rae, theo, program } = stage
      const id = await publishSession(world.db, rae, program, yesterdaysSession, before)
      expectKind(await register(world.db, theo, id, before), 'done')
      const [registration] = await listRegistrations(world.db, id)
      const attended = {
        registration_id: registration!.id,
        outcome: 'present',
        minutes_missed: 0,
        reason: '',
      } as const
      return async (db) => {
        expectKind(await recordAttendance(db, rae, id, [attended], now), 'done')
        return 2
      }
    },
  },
  {
    name: 'presence in a group confirmed',
    prepare: async (stage) => {
      const session = await aGroupSession(stage)
      return async (db) => {
        expectKind(await confirmPresence(db, stage.world.catalogue, stage.theo, session, later), 'done')
        return 1
      }
    },
  },
  {
    name: 'a group session closed',
    prepare: async (stage) => {
      const { world, theo, sam } = stage
      const session = await aGroupSession(stage)
      await confirmPresence(world.db, world.catalogue, theo, session, later)
      return async (db) => {
        const held = { outcome: 'held', reason: '' } as const
        expectKind(await endGroupSession(db, world.catalogue, sam, session, held, later), 'done')
        return groupEntries(world, session.id)
      }
    },
  },
  {
    name: 'presence in a group corrected',
    prepare: async (stage) => {
      const { world, theo, sam } = stage
      const session = await aGroupSession(stage)
      const presence = await findPresence(world.db, session.id, theo.id)
      return async (db) => {
        const reason = 'Called to the floor'
        const correction = { presence_id: presence!.id, act: 'left', reason } as const
        expectKind(await correctPresence(db, world.catalogue, sam, session, correction, later), 'done')
        return 1
      }
    },
  },
  {
    name: 'a review opened',
    prepare:
      async ({ program, lee }) =>
      async (db) => {
        await openReview(db, lee, program, 'Yearly visit', now)
        return 1
      },
  },
  onReview('a review closed', async (db, { lee }, review) => {
    expectKind(await changeReviewState(db, lee, review, 'closed', 'Done', now), 'changed')
  }),
  onReview('a note written', (db, { lee }, review) => writeNote(db, lee, review, 'Call again', now)),
  onReview('a look at a person in a review', (db, { lee, theo }, review) =>
    logLook(db, lee, review, 'a person', [theo.id], now),
  ),
  onReview('a finding written', async (db, { lee, theo }, review) => {
    await writeFinding(db, lee, review, finding(theo), now)
  }),
  onReview('a packet requested', async (db, { lee }, review) => {
    await requestPacket(db, lee, review, packetOf, now)
  }),
  onReview('certificates verified in bulk', async (db, { lee }, review) => {
    await verifyInBulk(db, lee, review, [{ kind: 'number', asked: 'SH-000001', number: 'SH-000001' }], now)
  }),
  {
    name: 'the results of a bulk verification exported',
    prepare: async (stage) => {
      const review = await aReview(stage)
      const asked = [{ kind: 'number', asked: 'SH-000001', number: 'SH-000001' }] as const
      const id = await verifyInBulk(stage.world.db, stage.lee, review, asked, now)
      return async (db) => {
        await recordBulkExport(db, stage.lee, review, id, now)
        return 1
      }
    },
  },
  {
    name: 'a packet kept',
    prepare: async (stage) => {
      const { review, packet } = await aPacket(stage)
      const content = { head: { made_at: now }, people: [] } as unknown as PacketContent
      const files = {
        pdf: new Uint8Array([1]),
        pdf_sha256: '0'.repeat(64),
        zip: new Uint8Array([2]),
        zip_sha256: '1'.repeat(64),
      }
      return async (db) => {
        await keepPacket(db, packet, review, content, files)
        return 1
      }
    },
  },
  {
    name: 'a packet downloaded',
    prepare: async (stage) => {
      const { review, packet } = await aPacket(stage)
      return async (db) => {
        await recordDownload(db, stage.lee, review, packet, 'zip', now)
        return 1
      }
    },
  },
  {
    name: 'a finding resolved',
    prepare: async (stage) => {
      const found = await aFinding(stage)
      const resolved = { act: 'resolved', reason: 'Seen', follow_up_on: null } as const
      return async (db) => {
        expectKind(await actOnFinding(db, stage.lee, found, resolved, now), 'done')
        return 1
      }
    },
  },
  {
    name: 'a finding corrected after it was sent',
    prepare: async (stage) => {
      const found = await aFinding(stage)
      const entry = { ...finding(stage.theo), body: 'It was 3 days late.' }
      return async (db) => {
        expectKind(await editFinding(db, stage.lee, found, entry, 'The day was wrong', now), 'done')
        return 1
      }
    },
  },
  {
    name: 'evidence sent',
    prepare: async (stage) => {
      const asked = await anEvidenceRequest(stage)
      return async (db) => {
        expectKind(await writeMessage(db, stage.rae, asked, true, message, now), 'written')
        return 1
      }
    },
  },
  {
    name: 'a finding answered',
    prepare: async (stage) => {
      const found = await aFinding(stage)
      return async (db) => {
        expectKind(await answerFinding(db, stage.rae, found, 'Corrected', null, now), 'answered')
        return 1
      }
    },
  },
]

function expectKind(answer: Readonly<{ kind: string }>, kind: string): void {
  if (answer.kind !== kind) throw new Error(`"${kind}" was expected: ${JSON.stringify(answer)}`)
}

const courseSlugs = ['residential-settings', 'child-protection'] as const

/** A course with one lesson and one question, under the hash of the real one. */
function shortCourse({ catalogue }: World, slot: 0 | 1): CourseVersion {
  const course = catalogue.courses.get(courseSlugs[slot])!.current
  const [module] = course.modules as [Module, ...Module[]]
  const question = [...module.questions].find(([, one]) => one.type === 'single')!
  return {
    ...course,
    modules: [{ ...module, lessons: [module.lessons[0]!], questions: new Map([question]), draw: 1 }],
  }
}

async function openLastAttempt({ world, theo }: Stage, course: CourseVersion): Promise<string> {
  const { db } = world
  await endEnrollment(world, theo, course.slug)
  await startCourse(db, theo, course)
  const enrollment = (await findEnrollment(db, theo.id, course.slug))!
  const [module] = course.modules as [Module, ...Module[]]
  const place = { module: module.slug, lesson: module.lessons[0]!.slug }
  await finishLesson(
    db,
    { issuer: world.config, afterChange },
    theo,
    { enrollment, course, place, openedAt: before },
    null,
    before,
  )
  const attempt = await startAttempt(db, theo, enrollment.id, course, module, before)
  if (!attempt) throw new Error('The assessment is not open.')
  // The day's first activity writes on the person's row.
  await db.updateTable('people').set({ last_active_on: null }).where('id', '=', theo.id).execute()
  return attempt
}

const endEnrollment = ({ db }: World, { id }: Viewer, course: string) =>
  db
    .updateTable('enrollments')
    .set({ ended_at: now })
    .where('person_id', '=', id)
    .where('course', '=', course)
    .where('ended_at', 'is', null)
    .execute()

/** Apart from the courses that are taken in either slot. */
const earlierCourse = ({ catalogue }: World): CourseVersion => ({
  ...catalogue.courses.get('residential-settings')!.current,
  slug: 'an-earlier-course',
})

async function aCertificate({ world, theo }: Stage): Promise<CertificateRow> {
  const course = earlierCourse(world)
  await writeEvidence(world.db, (trx) => insertCompletion(trx, theo, course, world.config, '2026-05-01'))
  const certificates = await listCertificates(world.db, theo.id)
  return certificates.toSorted((a, b) => (a.number < b.number ? 1 : -1))[0]!
}

const revoking = { reason: 'Taken by another person', voids_completion: true }

const confirming = ({ world }: Stage) => ({ issuer: world.config, signing: world.config, afterChange })

async function checkedImport({ world, rae, theo, program }: Stage): Promise<string> {
  const actor = { viewer: rae, now }
  const { name } = await world.db
    .selectFrom('people')
    .select('name')
    .where('id', '=', theo.id)
    .executeTakeFirstOrThrow()
  const file = [
    'Name,Email,Worker type,Role title,Hired on',
    `${name},theo@northstar.example,,Night lead ${uses++},`,
  ].join('\n')
  const started = await startImport(world.db, actor, program, {
    name: 'roster.csv',
    bytes: Buffer.from(file),
  })
  if (started.kind !== 'started') throw new Error(started.kind)
  await checkImport(world.db, { importId: started.id, personId: rae.id }, onlyTry, now)
  return started.id
}

const webinar = {
  title: 'A webinar',
  provider: 'Example Training Collaborative',
  code: null,
  completed_on: '2026-05-02',
  hours: 2,
  topics: '',
  mastery: '',
  is_human_trafficking: true,
  is_same_curriculum: false,
}

async function anOutsideTraining({ world, theo, rae }: Stage) {
  const recorded = await recordOutsideTraining(world.db, theo, theo.id, webinar, null, now)
  if (recorded.kind !== 'recorded') throw new Error(recorded.message)
  return (await findOutsideTrainingOf(world.db, rae, recorded.id))!
}

const approval = {
  authority: 'Commissioner of Human Services',
  reference: '26-17',
  approved_on: '2026-03-15',
  effective_on: '2026-03-15',
}
const letter = { name: 'letter.pdf', bytes: Buffer.from('%PDF-1.7\n%%EOF\n') }

/** A text that no other approval is about. */
const completedText = (world: World): CourseVersion => ({
  ...earlierCourse(world),
  hash: randomUUID().replaceAll('-', '').repeat(2),
})

const meeting = { starts_at: '2026-06-13T14:00:00Z', ends_at: '2026-06-13T17:00:00Z' }

const yesterdaysSession = {
  training: '',
  title: 'Listening to young people',
  code: '',
  provider: 'Example Training Collaborative',
  instructor: 'Robin Example',
  instructor_id: null,
  place: 'Birch Falls library',
  link: '',
  is_for_all: false,
  audience: 'Youth workers',
  contact: 'rae@northstar.example',
  about: 'How to listen.',
  mastery: 'Cases in pairs.',
  is_human_trafficking: true,
  meetings: [meeting],
  starts_at: new Date(meeting.starts_at),
  ends_at: new Date(meeting.ends_at),
  hours: 3,
  places: 5,
  closes_at: new Date('2026-06-12T17:00:00Z'),
  minutes_may_miss: 30,
}

async function aGroupSession({ world, sam, theo, program }: Stage) {
  const course = world.catalogue.courses.get('residential-settings')!.current
  const entry = {
    program_id: program,
    module: course.modules[0]!.slug,
    place: 'Staff room',
    starts_at: now,
    facilitator_id: sam.id,
  }
  const id = await openGroupSession(world.db, sam, entry, course, now)
  const session = (await findGroupSessionOf(world.db, sam, id))!
  expectKind(await joinGroupSession(world.db, theo, session, now), 'done')
  return session
}

/** The session's end, and the lessons marked where the learner still took the course then. */
async function groupEntries({ db }: World, sessionId: string): Promise<number> {
  const marked = await db
    .selectFrom('ledger_entries')
    .select('seq')
    .where('kind', '=', 'group-lessons-marked')
    .where('facts', 'like', `%${sessionId}%`)
    .execute()
  return 1 + marked.length
}

const finding = (person: Viewer) => ({
  person_id: person.id,
  rule: 'R1',
  law: 'Minn. Stat. 245A.25, subd. 5(f)',
  body: 'The training was late.',
  follow_up_on: null,
  isSent: true,
})

const packetOf = { from_on: '2026-01-01', to_on: '2026-06-01', sample_size: null, seed: 'a-seed' }

/** One entry about a review of its own. */
function onReview(
  name: string,
  act: (db: Database, stage: Stage, review: Review) => Promise<unknown>,
): EvidenceAction {
  const prepare: EvidenceAction['prepare'] = async (stage) => {
    const review = await aReview(stage)
    return async (db) => {
      await act(db, stage, review)
      return 1
    }
  }
  return { name, prepare }
}

async function aReview({ world, lee, program }: Stage): Promise<Review> {
  const id = await openReview(world.db, lee, program, 'Yearly visit', now)
  return (await findReviewOf(world.db, lee, id))!
}

async function aPacket(stage: Stage) {
  const review = await aReview(stage)
  const id = await requestPacket(stage.world.db, stage.lee, review, packetOf, now)
  return { review, packet: (await findPacketById(stage.world.db, id))! }
}

const evidenceOf = { person_id: null, subject: 'The certificate of 2025', due_on: '2030-01-01' }
const message = { body: 'Please see the file.', files: [] }

async function anEvidenceRequest(stage: Stage) {
  const review = await aReview(stage)
  const id = await requestEvidence(stage.world.db, stage.lee, review, evidenceOf, message, now)
  return (await findEvidenceRequestOf(stage.world.db, stage.lee, id))!
}

async function aFinding(stage: Stage) {
  const review = await aReview(stage)
  const id = await writeFinding(stage.world.db, stage.lee, review, finding(stage.theo), now)
  return (await findFindingOf(stage.world.db, stage.lee, id))!
}
