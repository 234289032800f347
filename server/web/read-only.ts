import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

type Options = Readonly<{
  /** Why this request may change nothing; null where it may. */
  refusalOf: (request: FastifyRequest) => Error | null
}>

/** Refuses requests that would change what the caller may only look at. */
export const readOnly = fp(async (app: FastifyInstance, { refusalOf }: Options) => {
  app.addHook('preValidation', async (request) => {
    const refusal = request.method === 'GET' || request.method === 'HEAD' ? null : refusalOf(request)
    if (refusal) throw refusal
  })
})
