import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { isDatabaseAway } from '#server/db/away.ts'
import { isDatabaseBusy } from '#server/db/busy.ts'
import { DatabaseBusy, Stopping } from './errors.ts'

type Needs = Readonly<{
  /** Finds out who is asking, so that the page keeps their menu, where the request failed before that. */
  recognize: (request: FastifyRequest) => Promise<void>
}>

/** Every failure as a page in plain words, or as JSON for software. The log has the rest. */
export const errorPages = fp(async (app: FastifyInstance, { recognize }: Needs) => {
  let isStopping = false
  app.addHook('preClose', async () => {
    isStopping = true
  })
  // In place of Fastify's own 503, which is JSON.
  app.addHook('onRequest', async () => {
    if (isStopping) throw new Stopping()
  })

  app.setErrorHandler<FastifyError>(async (thrown, request, reply) => {
    const error = isDatabaseBusy(thrown) ? new DatabaseBusy() : thrown
    const status = statusOf(error)
    if (status >= 500) request.log.error(thrown)
    // While the database is away or the service stops, no one can be looked up.
    if (status !== 503) await recognize(request).catch((problem) => request.log.error(problem))
    return answer(request, reply, status, error)
  })
  app.setNotFoundHandler({ preHandler: recognize }, (request, reply) => answer(request, reply, 404))
})

function statusOf(error: FastifyError): number {
  // An address that can't be one of ours is a page that we don't have.
  if (error.validationContext === 'params') return 404
  if (error.validation || isBadMultipart(error)) return 400
  if (isDatabaseAway(error)) return 503
  return error.statusCode ?? 500
}

/** The parser of uploads throws plain errors. */
const isBadMultipart = ({ message }: Error) =>
  /^(Multipart: |Boundary required|The needle |(Part|Header) terminated early|Unexpected end of multipart)/.test(
    message,
  )

function answer(request: FastifyRequest, reply: FastifyReply, status: number, error?: FastifyError) {
  const { title, words } = wordsFor(status, error)
  reply.status(status)
  if (status === 503) reply.header('retry-after', '30')
  if (wantsJson(request)) return reply.send({ error: title, message: words, request: request.id })
  const canTryAgain = status === 503 && request.method === 'GET'
  return reply.page('web/error', {
    title,
    words,
    // No one needs the log to see that an address is wrong.
    code: status === 404 || status === 429 ? null : request.id,
    again: canTryAgain ? request.url : null,
  })
}

const wantsJson = (request: FastifyRequest) =>
  request.url.startsWith('/api/') || request.headers.accept?.startsWith('application/json')

function wordsFor(status: number, error?: FastifyError): { title: string; words: string } {
  switch (status) {
    case 404:
      return {
        title: 'We can’t find that page',
        words:
          'The address may have a typo, or your account may not open this page. Nothing you saved is lost.',
      }
    case 400:
      return {
        title: 'We can’t read that',
        words: 'Something in the form didn’t arrive. Go back, check what you entered, and send it again.',
      }
    case 403:
      if (error?.code === 'READ_ONLY') return { title: 'Nothing was changed', words: error.message }
      return {
        title: 'We stopped that request',
        words: 'It didn’t come from one of our own pages. Open the page here and try again.',
      }
    case 413:
      return { title: 'That’s too large', words: 'Send a smaller file or a shorter text.' }
    case 429:
      return { title: 'Too many attempts', words: 'Wait a minute, then try again.' }
    case 503:
      return unavailable(error)
    default:
      return status >= 500
        ? {
            title: 'Something went wrong on our side',
            words: 'Nothing you saved before is lost. Go back and try again.',
          }
        : { title: 'We can’t do that', words: 'Go back, check what you entered, and try again.' }
  }
}

function unavailable(error?: FastifyError): { title: string; words: string } {
  if (error?.code === 'STOPPING')
    return {
      title: 'We’re restarting',
      words: 'Nothing you saved is lost. Wait a minute, then try again.',
    }
  if (error && isDatabaseAway(error))
    return {
      title: 'We can’t reach our records',
      words: 'Nothing you saved is lost. Wait a minute, then try again.',
    }
  return { title: 'We’re busy', words: error?.message ?? 'Wait a minute, then try again.' }
}
