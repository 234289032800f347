import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Database } from '#server/db/connection.ts'
import { type Allowed, countRequests } from '#server/web/request-limits.ts'
import { waitInWords } from '#server/web/words.ts'
import { keepForm } from './unsent-forms.ts'

type Needs = Readonly<{ db: Database; config: Readonly<{ https: boolean; uploads: Allowed }> }>

/** A file costs more than a form. One that comes too soon is not read, but what was typed beside it is kept. */
export const uploadLimits = fp(async (app: FastifyInstance, { db, config }: Needs) => {
  const count = countRequests(
    app,
    { ...config.uploads, timeWindow: '10 minutes' },
    ({ viewer, ip }) => viewer?.id ?? ip,
  )
  // Before the form's key is used up.
  app.addHook('preValidation', async (request, reply) => {
    if (!request.isMultipart()) return
    const seconds = await count(request, reply)
    if (seconds === 0) return
    const { viewer } = request
    const isKept = viewer !== null && (await keepForm(db, request, reply, { personId: viewer.id, config }))
    return reply.status(429).page('people/too-many-uploads', {
      title: 'Too many files',
      wait: waitInWords(seconds),
      isKept,
    })
  })
})
