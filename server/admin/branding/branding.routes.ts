import type { FastifyReply } from 'fastify'
import { type TProperties, Type } from 'typebox'
import type { CurrentInstallation } from '#server/admin/setup/current-installation.ts'
import { findSetting, findSettings, noBranding } from '#server/admin/setup/settings.queries.ts'
import type { Database } from '#server/db/connection.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { Typed } from '#server/programs/typed-form.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text } from '#server/web/routes.ts'
import { readUpload } from '#server/web/upload.ts'
import type { FieldError } from '#server/web/views.ts'
import { changeBranding } from './branding.actions.ts'
import { readBranding, supportLineCount, typedBranding } from './branding-form.ts'
import { colorSheet } from './colors.ts'
import { readLogo } from './logo.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; installation: CurrentInstallation }>

/** How the installation looks: its color, its logo and its own support lines. */
export async function brandingRoutes(app: App, { db, clock, installation }: Needs): Promise<void> {
  const administrators = { policy: ['system_admin'] } as const

  app.get('/admin/branding', { config: administrators }, async (_request, reply) =>
    brandingPage(reply, typedBranding((await findSetting(db, 'branding')) ?? noBranding), []),
  )

  app.post(
    '/admin/branding',
    { config: administrators, schema: { body: form(fields()) } },
    async (request, reply) => {
      const read = readBranding(request.body as Typed)
      if (read.kind === 'problems')
        return brandingPage(reply.status(422), request.body as Typed, read.problems)
      const { color, support_lines } = read
      await changeBranding(db, { viewer: viewerOf(request), now: clock() }, { color, support_lines })
      await installation.changed()
      return reply.redirect('/admin/branding', 303)
    },
  )

  app.post('/admin/branding/logo', { config: administrators }, async (request, reply) => {
    const { file, isTooLarge } = await readUpload(request)
    const typed = typedBranding((await findSetting(db, 'branding')) ?? noBranding)
    const again = (message: string) => brandingPage(reply.status(422), typed, [{ field: 'logo', message }])
    if (isTooLarge) return again('This file is larger than 300 KB. Save the logo smaller.')
    if (!file) return again('Choose a PNG file.')
    const read = readLogo(file.bytes)
    if (read.kind === 'refused') return again(read.message)
    await changeBranding(db, { viewer: viewerOf(request), now: clock() }, { logo: read.logo })
    await installation.changed()
    return reply.redirect('/admin/branding', 303)
  })

  app.post('/admin/branding/logo/removal', { config: administrators }, async (request, reply) => {
    await changeBranding(db, { viewer: viewerOf(request), now: clock() }, { logo: null })
    await installation.changed()
    return reply.redirect('/admin/branding', 303)
  })

  // The address holds the color or the logo's hash, so that browsers may keep what they got.
  app.get(
    '/branding/colors.css',
    {
      config: { policy: 'asset' },
      schema: { querystring: Type.Object({ v: Type.String({ pattern: '^[0-9a-f]{6}$' }) }) },
    },
    (request, reply) =>
      reply
        .type('text/css; charset=utf-8')
        .header('cache-control', 'public, max-age=86400')
        .send(colorSheet(`#${request.query.v}`)),
  )

  app.get(
    '/branding/logo.png',
    {
      config: { policy: 'asset' },
      schema: { querystring: Type.Object({ v: Type.String({ pattern: '^[0-9a-f]{32}$' }) }) },
    },
    async (request, reply) => {
      const { branding, logo } = await findSettings(db, ['branding', 'logo'])
      if (!logo || branding?.logo?.hash !== request.query.v) return notFound()
      return reply
        .type('image/png')
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(Buffer.from(logo.png, 'base64'))
    },
  )

  const brandingPage = async (reply: FastifyReply, typed: Typed, errors: readonly FieldError[]) =>
    reply.page('admin/branding', {
      title: 'Branding',
      tab: 'branding',
      typed,
      errors,
      lines: Array.from({ length: supportLineCount }, (_, at) => at + 1),
    })
}

function fields() {
  const all: TProperties = { color: Type.Optional(text(40)) }
  for (let at = 1; at <= supportLineCount; at += 1)
    for (const part of ['name', 'phone', 'about']) all[`line_${at}_${part}`] = Type.Optional(text(200))
  return all
}
