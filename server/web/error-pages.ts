import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { isDatabaseAway } from '#server/db/away.ts'
import { isDatabaseBusy, isDiskFull } from '#server/db/busy.ts'
import { DatabaseBusy, Stopping } from './errors.ts'
import { pagesOfForms } from './forms-pages.ts'

type Needs = Readonly<{
  /** Finds the viewer if the request failed before that, so that the error page keeps their menu. */
  recognize: (request: FastifyRequest) => Promise<void>
}>

/** Shows every error as a page in plain words, or as JSON for API clients. Details go to the log. */
export const errorPages = fp(async (app: FastifyInstance, { recognize }: Needs) => {
  let isStopping = false
  app.addHook('preClose', async () => {
    isStopping = true
  })
  // Replaces Fastify's own 503, which is JSON.
  app.addHook('onRequest', (_request, _reply, done) => done(isStopping ? new Stopping() : undefined))

  app.setErrorHandler<FastifyError>(async (thrown, request, reply) => {
    const error = isDatabaseBusy(thrown) ? new DatabaseBusy() : thrown
    const status = statusOf(error)
    if (status >= 500) request.log.error(thrown)
    // The viewer can't be looked up while the database is unreachable or the service is stopping.
    if (status !== 503) await recognize(request).catch((problem) => request.log.error(problem))
    return answer(request, reply, status, error)
  })
  const forms = pagesOfForms()
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) forms.add(one, url)
  })
  app.setNotFoundHandler({ preHandler: recognize }, (request, reply) => {
    const page = request.method === 'GET' ? forms.find(request.url.split('?', 1)[0]!) : null
    return page ? reply.redirect(page, 303) : answer(request, reply, 404)
  })
})

function statusOf(error: FastifyError): number {
  // An invalid address is a missing page.
  if (error.validationContext === 'params') return 404
  if (error.validation || isBadMultipart(error)) return 400
  if (isDatabaseAway(error) || isDiskFull(error)) return 503
  return error.statusCode ?? 500
}

/** The upload parser throws plain errors. */
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
    isMissing: status === 404,
    // Wrong addresses aren't worth logging.
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
          'Check the address for typos. Your account may not have access to this page. Nothing you saved is lost.',
      }
    case 422:
      return { title: 'We can’t take this file', words: error?.message ?? 'Nothing was saved.' }
    case 409:
      return { title: 'Already sent', words: error?.message ?? 'Nothing was changed.' }
    case 400:
      if (error?.code === 'NO_FORM_KEY')
        return { title: 'We couldn’t read your request', words: error.message }
      return {
        title: 'We couldn’t read your request',
        words:
          'Part of the form didn’t arrive, so nothing was saved. Go back, check what you entered and send it again.',
      }
    case 403:
      if (error?.code === 'READ_ONLY' || error?.code === 'SHARED_ACCOUNT')
        return { title: 'Nothing was changed', words: error.message }
      return {
        title: 'We stopped that request',
        words:
          'It didn’t come from one of our pages, so nothing was saved. Open the page here and try again.',
      }
    case 413:
      return { title: 'That’s too large', words: 'Nothing was saved. Send a smaller file or a shorter text.' }
    case 429:
      if (error?.code === 'TOO_MANY_REQUESTS') return { title: 'Too many requests', words: error.message }
      return { title: 'Too many attempts', words: 'Wait a minute, then try again.' }
    case 503:
      return unavailable(error)
    default:
      return status >= 500
        ? {
            title: 'Something went wrong on our side',
            words: 'Nothing you saved earlier is lost. Go back and try again.',
          }
        : { title: 'We can’t do that', words: 'Go back, check what you entered and try again.' }
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
  if (error && isDiskFull(error))
    return {
      title: 'There is no room to save this',
      words:
        'The server’s disk is full, so this was not saved. Nothing you saved earlier is lost. Tell your administrator, and try again later.',
    }
  return { title: 'We’re busy', words: error?.message ?? 'Wait a minute, then try again.' }
}
