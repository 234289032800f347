import path from 'node:path'
import fastifyStatic from '@fastify/static'
import { Type } from 'typebox'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { notFound } from '#server/web/errors.ts'
import type { App } from '#server/web/routes.ts'

/** Recordings in lessons and their captions, in parts if a player asks for a part. */
export async function recordingRoutes(
  app: App,
  { catalogue }: Readonly<{ catalogue: Catalogue }>,
): Promise<void> {
  // For sendFile, which answers range requests.
  await app.register(fastifyStatic, { root: path.resolve('/'), serve: false })

  app.get(
    '/courses/:course/recordings/:file',
    {
      config: { policy: 'signed-in' },
      schema: {
        params: Type.Object({
          course: Type.String({ pattern: '^[a-z0-9-]{1,80}$' }),
          file: Type.String({ pattern: '^[0-9a-f]{16}\\.[a-z0-9]{3,4}$' }),
        }),
      },
    },
    async (request, reply) => {
      const { working, published } = catalogue.courses.get(request.params.course) ?? notFound()
      const versions = working ? [working, ...published] : published
      const file =
        versions.map(({ recordings }) => recordings.get(request.params.file)).find(Boolean) ?? notFound()
      // Named by its content, so it never changes.
      reply.header('cache-control', 'private, max-age=31536000, immutable')
      if ('text' in file) return reply.type('text/vtt; charset=utf-8').send(file.text)
      return reply.sendFile(path.basename(file.disk), path.dirname(file.disk), { cacheControl: false })
    },
  )
}
