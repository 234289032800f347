import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf, isDay, timeZone } from '#server/lib/days.ts'
import { type Allowed, limitApi } from '#server/web/request-limits.ts'
import type { App } from '#server/web/routes.ts'
import { useApiToken } from './api-tokens.actions.ts'
import { bearerIn } from './api-tokens.ts'
import { clearanceOfProgram } from './clearance.actions.ts'
import { listEmployeeIds } from './clearance.queries.ts'
import { clearanceStatement, clearedPersonSchema } from './clearance-statement.ts'
import { type Site, signClearance } from './signed-clearance.actions.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; config: Site & Readonly<{ api: Allowed }> }>

/** A program's software asks who may have direct contact, and gets an answer that is signed and expires. */
export async function clearanceApiRoutes(app: App, { db, clock, config: site }: Needs): Promise<void> {
  const refusal = Type.Object({ error: Type.String() })

  app.get(
    '/api/clearance',
    {
      config: { policy: 'public' },
      onRequest: limitApi(app, site.api),
      schema: {
        tags: ['Clearance'],
        summary: 'The people of a program and whether each is cleared for direct contact on a day',
        description:
          'Ask again before “expires_at”: what is recorded later, such as leave, is not in an earlier answer. Keep “signed” as proof of what you were told.',
        security: [{ program: [] }],
        querystring: Type.Object({
          program: Type.Optional(
            Type.String({
              maxLength: 100,
              description: 'The program, to check that the token belongs to it',
            }),
          ),
          on: Type.Optional(
            Type.String({ maxLength: 100, description: 'A day such as 2026-03-15. Default: today' }),
          ),
        }),
        response: {
          200: Type.Object({
            program: Type.String(),
            on: Type.String({ description: `A day, ${timeZone}` }),
            answered_at: Type.String(),
            expires_at: Type.String({ description: 'A day after “answered_at”' }),
            people: Type.Array(clearedPersonSchema),
            signed: Type.String({
              description:
                'The same as a JSON Web Token (EdDSA, type clearance+jwt). Its keys are at /.well-known/jwks.json',
            }),
          }),
          400: refusal,
          401: refusal,
          404: refusal,
          429: refusal,
        },
      },
    },
    async (request, reply) => {
      const token = await useApiToken(db, bearerIn(request.headers.authorization), request.ip, clock())
      if (!token) {
        reply.header('www-authenticate', 'Bearer')
        return reply.status(401).send({ error: 'Send the program’s token: Authorization: Bearer …' })
      }
      const { program = token.program_id, on = dayOf(clock()) } = request.query
      if (program !== token.program_id)
        return reply.status(404).send({ error: 'This token belongs to another program.' })
      if (!isDay(on)) return reply.status(400).send({ error: `on: "${on}" is not a day such as 2026-03-15` })
      const [lines, employeeIds] = await Promise.all([
        clearanceOfProgram(db, program, on),
        listEmployeeIds(db, program),
      ])
      const statement = clearanceStatement(program, on, lines, employeeIds, clock())
      return {
        ...statement,
        answered_at: statement.answered_at.toISOString(),
        expires_at: statement.expires_at.toISOString(),
        people: [...statement.people],
        signed: await signClearance(statement, site),
      }
    },
  )
}
