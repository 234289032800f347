import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { App } from '#server/web/routes.ts'
import { dropUnsentForm, findUnsentForm } from './unsent-forms.actions.ts'
import { forgetUnsent, unsentToken } from './unsent-forms.ts'

type Needs = Readonly<{ db: Database; config: Readonly<{ https: boolean }> }>

/** After signing in again, people find what they were sending and send it, or delete it. */
export async function unsentFormRoutes(app: App, { db, config }: Needs): Promise<void> {
  const signedIn = { policy: 'signed-in' } as const

  app.get('/unsent', { config: signedIn }, async (request, reply) => {
    const token = unsentToken(request, config)
    const found = token ? await findUnsentForm(db, token) : null
    if (found?.person_id !== viewerOf(request).id) return reply.redirect('/', 303)
    const { action, page, fields, files } = found.open()
    return reply.page('people/unsent', {
      title: 'Your words are kept',
      action,
      page,
      fields,
      // Several from one field were chosen together.
      files: [...new Set(files)].map((name) => ({
        name,
        isMany: (files ?? []).filter((one) => one === name).length > 1,
      })),
      isWithFiles: files !== null,
      // What was written, as opposed to what was chosen.
      words: fields.map(([, value]) => value.trim()).filter((value) => /\s/.test(value)),
    })
  })

  // The browser sends the same form on to its own address, as it was.
  app.post(
    '/unsent/send',
    { config: signedIn, schema: { body: Type.Object({}, { additionalProperties: true }) } },
    async (request, reply) => {
      const token = unsentToken(request, config)
      const found = token ? await findUnsentForm(db, token) : null
      if (!token || found?.person_id !== viewerOf(request).id) return reply.redirect('/', 303)
      const { action } = found.open()
      await dropUnsentForm(db, token)
      forgetUnsent(reply, config)
      return reply.redirect(action, 307)
    },
  )

  // Anyone at this browser may delete the form, without reading it.
  app.post('/unsent/deletion', { config: { policy: 'public' } }, async (request, reply) => {
    const token = unsentToken(request, config)
    if (token) await dropUnsentForm(db, token)
    forgetUnsent(reply, config)
    return reply.redirect(request.viewer ? '/' : '/sign-in', 303)
  })

  app.post('/session', { config: { ...signedIn, isRepeatable: true } }, async (_request, reply) =>
    reply.status(204).send(),
  )
}
