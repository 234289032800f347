import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { pathOfOurs } from '#server/web/paths.ts'
import { type App, form, text } from '#server/web/routes.ts'
import { saveReadingSettings } from './reading-settings.actions.ts'
import { readingCookie, readingSettings, readingText } from './reading-settings.ts'

type Needs = Readonly<{ db: Database; config: Readonly<{ https: boolean }> }>

/** Text size, typeface and the like: kept for the person on every device, and for this device when no one is signed in. */
export async function readingSettingsRoutes(app: App, { db, config }: Needs): Promise<void> {
  const open = { policy: 'public' } as const
  const choice = Type.Optional(text(20))

  app.get(
    '/reading-settings',
    {
      config: open,
      schema: {
        querystring: Type.Object({ back: Type.Optional(text(2000)), saved: Type.Optional(text(5)) }),
      },
    },
    async (request, reply) =>
      reply.page('people/reading-settings', {
        title: 'Reading settings',
        settings: readingSettings(request.viewer?.reading ?? request.cookies[readingCookie]),
        back: pathOfOurs(request.query.back),
        isSaved: request.query.saved === 'yes',
      }),
  )

  app.post(
    '/reading-settings',
    {
      config: open,
      schema: {
        body: form({
          ...{
            size: choice,
            spacing: choice,
            typeface: choice,
            scheme: choice,
            motion: choice,
            shortcuts: choice,
            install: choice,
            leaving: choice,
          },
          reset: choice,
          back: Type.Optional(text(2000)),
        }),
      },
    },
    async (request, reply) => {
      const { back, reset, ...given } = request.body
      const settings = readingText(reset ? {} : given)
      if (request.viewer) await saveReadingSettings(db, request.viewer.id, settings)
      const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: config.https } as const
      reply.setCookie(readingCookie, settings, { ...options, maxAge: 365 * 86_400 })
      const to = pathOfOurs(back)
      return reply.redirect(`/reading-settings?saved=yes${to ? `&back=${encodeURIComponent(to)}` : ''}`, 303)
    },
  )
}
