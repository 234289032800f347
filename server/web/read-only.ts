import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { ReadOnly } from './errors.ts'

type Options = Readonly<{ isReadOnly: (request: FastifyRequest) => boolean }>

/** Refuses every request that would change something, where the caller may only look. */
export const readOnly = fp(async (app: FastifyInstance, { isReadOnly }: Options) => {
  app.addHook('preValidation', async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD' && isReadOnly(request)) throw new ReadOnly()
  })
})
