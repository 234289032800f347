import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf, isInstant } from '#server/lib/days.ts'
import { useApiToken } from '#server/standings/api-tokens.actions.ts'
import { bearerIn } from '#server/standings/api-tokens.ts'
import { clearanceOfPeople } from '#server/standings/clearance.actions.ts'
import { listEmployeeIds } from '#server/standings/clearance.queries.ts'
import { clearanceStatement, clearedPersonSchema } from '#server/standings/clearance-statement.ts'
import { type Site, signClearance } from '#server/standings/signed-clearance.actions.ts'
import { type Allowed, limitApi } from '#server/web/request-limits.ts'
import type { App } from '#server/web/routes.ts'
import { mostNamed, namedAs } from './shift-people.ts'
import { receiveShift } from './shifts.actions.ts'
import { isCheckingShifts, listOnRoster } from './shifts.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; config: Site & Readonly<{ api: Allowed }> }>

/** Scheduling software sends who works a shift, and learns who may not. */
export async function shiftApiRoutes(app: App, { db, clock, config: site }: Needs): Promise<void> {
  const refusal = Type.Object({ error: Type.String() })
  const received = Type.Object({
    shift: Type.String({ description: 'Our number of this list' }),
    expires_at: Type.String({ description: 'When the answers below end' }),
    people: Type.Array(clearedPersonSchema),
    unmatched: Type.Array(Type.String(), {
      description: 'Who was named and is not on the roster, or could be several people',
    }),
    signed: Type.String({ description: 'The answers as a JSON Web Token, as GET /api/clearance signs them' }),
  })

  app.post(
    '/api/shifts',
    {
      config: { policy: 'public', isFromAnywhere: true },
      onRequest: limitApi(app, site.api),
      schema: {
        tags: ['Shifts'],
        summary: 'Who works a shift: for the shift lead’s check-in',
        description:
          'The token must be allowed to send shifts. Send a shift as often as you like: the same again changes nothing (200), and a changed list replaces the earlier one of the same “id” (201). The shift lead finds it under Shift check-in, where they record the check.',
        security: [{ program: [] }],
        body: Type.Object(
          {
            id: Type.String({ minLength: 1, maxLength: 100, description: 'Your own number of the shift' }),
            label: Type.Optional(Type.String({ maxLength: 100, description: 'Such as “Night, Maple unit”' })),
            starts_at: Type.String({
              maxLength: 40,
              description: 'An instant such as 2026-11-30T23:00:00-06:00',
            }),
            people: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
              minItems: 1,
              maxItems: mostNamed,
              description: 'An employee ID or email each, or “id” from GET /api/clearance',
            }),
          },
          { additionalProperties: false },
        ),
        response: {
          200: received,
          201: received,
          400: refusal,
          401: refusal,
          403: refusal,
          409: refusal,
          429: refusal,
        },
      },
    },
    async (request, reply) => {
      const now = clock()
      const token = await useApiToken(db, bearerIn(request.headers.authorization), request.ip, now)
      if (!token) {
        reply.header('www-authenticate', 'Bearer')
        return reply.status(401).send({ error: 'Send the program’s token: Authorization: Bearer …' })
      }
      if (!token.may_send_shifts)
        return reply.status(403).send({ error: 'This token may not send shifts. Make one that may.' })
      const { program_id } = token
      if (!(await isCheckingShifts(db, program_id)))
        return reply.status(409).send({ error: 'This program does not use shift check-in.' })
      const { id: externalId, label = '', starts_at, people } = request.body
      if (!isInstant(starts_at))
        return reply
          .status(400)
          .send({ error: `starts_at: "${starts_at}" is not an instant such as 2026-11-30T23:00:00-06:00` })
      const named = namedAs(people, await listOnRoster(db, program_id, dayOf(now)))
      const shift = { label: label.trim(), starts_at: new Date(starts_at), named }
      const { id, isNew } = await receiveShift(db, { tokenId: token.id, externalId }, program_id, shift, now)
      const ids = named.people.map(({ person_id }) => person_id)
      const [lines, employeeIds] = await Promise.all([
        clearanceOfPeople(db, ids, program_id, dayOf(now)),
        listEmployeeIds(db, program_id),
      ])
      const statement = clearanceStatement(program_id, dayOf(now), lines, employeeIds, now)
      return reply.status(isNew ? 201 : 200).send({
        shift: id,
        expires_at: statement.expires_at.toISOString(),
        people: [...statement.people],
        unmatched: [...named.unmatched, ...named.unclear.map(({ text }) => text)],
        signed: await signClearance(statement, site),
      })
    },
  )
}
