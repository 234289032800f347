import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { isDatabaseBusy } from '#server/db/busy.ts'
import { DatabaseBusy } from './errors.ts'

/** Every failure as a page in plain words, or as JSON for software; the log has the rest. */
export const errorPages = fp(async (app: FastifyInstance) => {
  app.setErrorHandler<FastifyError>((thrown, request, reply) => {
    const error = isDatabaseBusy(thrown) ? new DatabaseBusy() : thrown
    const status = error.validation ? 400 : (error.statusCode ?? 500)
    if (status >= 500) request.log.error(thrown)
    return answer(request, reply, status, error)
  })
  app.setNotFoundHandler({ preHandler: [] }, (request, reply) => answer(request, reply, 404))
})

function answer(request: FastifyRequest, reply: FastifyReply, status: number, error?: FastifyError) {
  const { title, words } = wordsFor(status, error)
  reply.status(status)
  if (status === 503) reply.header('retry-after', '30')
  if (wantsJson(request)) return reply.send({ error: title, message: words })
  return reply.page('web/error', { title, words })
}

const wantsJson = (request: FastifyRequest) =>
  request.url.startsWith('/api/') || request.headers.accept?.startsWith('application/json')

function wordsFor(status: number, error?: FastifyError): { title: string; words: string } {
  switch (status) {
    case 404:
      return {
        title: 'We could not find that page',
        words: 'The address may be mistyped, or the page may be one that your account does not open.',
      }
    case 400:
      return {
        title: 'We could not read that',
        words:
          'Something in the form did not arrive as it should. Go back, check what you entered, and send it again.',
      }
    case 403:
      return {
        title: 'That request was stopped',
        words: 'It did not come from one of our own pages. Open the page here and try again.',
      }
    case 413:
      return { title: 'That is too large', words: 'Send a smaller file or a shorter text.' }
    case 429:
      return { title: 'Too many tries', words: 'Wait a minute, then try again.' }
    case 503:
      return { title: 'Busy for a moment', words: error?.message ?? 'Try again in a minute.' }
    default:
      return {
        title: status >= 500 ? 'Something went wrong on our side' : 'We could not do that',
        words:
          'What was saved before is safe. Go back and try again; if it happens twice, tell your administrator.',
      }
  }
}
