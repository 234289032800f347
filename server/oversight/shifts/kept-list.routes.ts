import { Type } from 'typebox'
import { openKeyFile, openSigningKey } from '#server/certificates/credentials/key-file.ts'
import { issuerDid, publishedKeys } from '#server/certificates/credentials/keys.ts'
import { openWebToken, signWebToken, webKeySet } from '#server/certificates/credentials/web-tokens.ts'
import type { Database } from '#server/db/connection.ts'
import { recordExport } from '#server/ledger/actions.ts'
import { dayOf, isInstant } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { clearanceOfProgram } from '#server/standings/clearance.actions.ts'
import { listEmployeeIds, listPrograms } from '#server/standings/clearance.queries.ts'
import { clearanceStatement } from '#server/standings/clearance-statement.ts'
import type { Site } from '#server/standings/signed-clearance.actions.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { keptAnswers, keptClaims, keptListType, mostKept, readKeptList } from './kept-list.ts'
import { mostNamed } from './shift-people.ts'
import { receiveKeptCheck } from './shifts.actions.ts'
import { isCheckingShifts, listOnRoster } from './shifts.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; config: Site }>

/** The signed list that a phone keeps for when there is no connection, and the check-ins that were made with it. */
export async function keptListRoutes(app: App, { db, clock, config: site }: Needs): Promise<void> {
  const leads = { policy: ['supervisor', 'program_admin'] } as const
  const params = Type.Object({ program: uuid() })

  // The page holds no one’s data, so a phone can keep it as it is: the list is in the phone.
  app.get('/shift-list', { config: { policy: 'public' } }, async (_request, reply) =>
    reply.page('oversight/shifts/kept-list', { title: 'Shift list on this phone' }),
  )

  app.get(
    '/programs/:program/shift-list',
    { config: { ...leads, rateLimit: { max: 30, timeWindow: '1 minute' } }, schema: { params } },
    async (request, reply) => {
      const program = await programOf(viewerOf(request), request.params.program)
      const { program_id, name } = program
      const now = clock()
      const today = dayOf(now)
      if ((await listOnRoster(db, program_id, today)).length > mostKept) return notFound()
      const [lines, employeeIds] = await Promise.all([
        clearanceOfProgram(db, program_id, today),
        listEmployeeIds(db, program_id),
      ])
      const statement = clearanceStatement(program_id, today, lines, employeeIds, now)
      const { answered_at: issuedAt, expires_at: expiresAt } = statement
      const key = await openSigningKey(site.keysFile, site.baseUrl, now)
      const claims = keptClaims(statement, name)
      const facts = { what: 'shift list for a phone', on: today, people: lines.length }
      await recordExport(db, { by: viewerOf(request).id, subject: `program:${program_id}`, at: now, facts })
      return reply.send({
        signed: await signWebToken({ type: keptListType, claims, issuedAt, expiresAt }, key),
        ...(await webKeySet({ keys: [key] }, key.controller)),
      })
    },
  )

  app.post(
    '/programs/:program/shifts/kept',
    {
      config: leads,
      schema: {
        params,
        body: form({
          signed: text(900_000),
          checked_at: text(40),
          row: Type.Optional(Type.Array(uuid(), { maxItems: mostNamed })),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { program_id } = await programOf(viewer, request.params.program)
      const { signed, checked_at, row = [] } = request.body
      const now = clock()
      const checkedAt = isInstant(checked_at) ? new Date(checked_at) : null
      const list = checkedAt && (await openList(signed, checkedAt))
      const answers = list?.program === program_id ? keptAnswers(list, new Set(row), checkedAt!) : []
      if (!checkedAt || !list || checkedAt > now || answers.length === 0)
        return reply.status(422).page('oversight/shifts/kept-refused', {
          title: 'This check-in can’t be recorded',
          program_id,
        })
      const listSignedAt = new Date(list.iat * 1000)
      const check = { checkedAt, listSignedAt, answers, label: '' }
      const id = await receiveKeptCheck(db, { viewer, now }, program_id, check)
      return reply.redirect(`/programs/${program_id}/shift-checks/${id}`, 303)
    },
  )

  /** A list that we signed and that had not expired when it was used. */
  async function openList(signed: string, usedAt: Date) {
    const issuer = issuerDid(site.baseUrl)
    const keys = publishedKeys(await openKeyFile(site.keysFile, issuer, clock()))
    const list = readKeptList(await openWebToken(signed, { type: keptListType, issuer, now: usedAt }, keys))
    return list && usedAt.getTime() >= list.iat * 1000 ? list : null
  }

  async function programOf(viewer: Viewer, programId: string) {
    if (!viewer.supervised_program_ids.includes(programId)) return notFound()
    const [program] = await listPrograms(db, [programId], dayOf(clock()))
    if (program?.kind !== 'licensed' || !(await isCheckingShifts(db, programId))) return notFound()
    return program
  }
}
