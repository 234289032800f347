import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Type } from 'typebox'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import { findNewestRecord } from '#server/courses/resources/resources.queries.ts'
import type { Database } from '#server/db/connection.ts'
import type { Assets } from '#server/web/assets.ts'
import { notFound } from '#server/web/errors.ts'
import type { App } from '#server/web/routes.ts'

type Needs = Readonly<{ db: Database; catalogue: Catalogue; assets: Assets }>

/** The files that a page kept on a phone needs. */
const keptAssets = [
  ...[
    'styles.css',
    'site.js',
    'offline.js',
    'shift-list.js',
    'favicon.svg',
    'open-door.svg',
    'quiet-water.svg',
  ],
  ...['public-sans-latin-400-normal.woff2', 'public-sans-latin-700-normal.woff2'],
]

/** What helps in a moment of need: public cards, and a worker that keeps them on the phone for when there is no connection. */
export async function rightNowRoutes(app: App, { db, catalogue, assets }: Needs): Promise<void> {
  const open = { policy: 'public' } as const

  app.get('/right-now', { config: open }, async (_request, reply) =>
    reply.page('courses/right-now', { title: 'Right now', cards: catalogue.rightNow }),
  )

  app.get(
    '/right-now/:card',
    {
      config: open,
      schema: { params: Type.Object({ card: Type.String({ pattern: '^[a-z0-9-]{1,80}$' }) }) },
    },
    async (request, reply) => {
      const card = catalogue.rightNow.find(({ id }) => id === request.params.card) ?? notFound()
      const checked = catalogue.register.values.get('emergency')?.checked ?? null
      return reply.page('courses/right-now-card', { title: card.title, card, checked })
    },
  )

  app.get('/offline', { config: open }, async (_request, reply) =>
    reply.page('courses/offline', {
      title: 'No connection',
      cards: catalogue.rightNow,
      jobAids: catalogue.jobAids,
    }),
  )

  app.get('/sw.js', { config: open }, async (_request, reply) => {
    const script = await readFile(
      path.join(assets.folder, path.basename(assets.asset('offline-worker.js'))),
      'utf8',
    )
    const newest = await findNewestRecord(db)
    const content = [catalogue.rightNow, catalogue.support, catalogue.jobAids, catalogue.resources, newest]
    const kept = {
      // A changed number or word replaces what a phone has kept.
      version: createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16),
      pages: [
        ...['/offline', '/right-now', '/support', '/job-aids', '/resources', '/shift-list'],
        ...catalogue.rightNow.map(({ id }) => `/right-now/${id}`),
        ...catalogue.jobAids.map(({ slug }) => `/job-aids/${slug}`),
      ],
      files: keptAssets.map(assets.asset),
    }
    return reply.type('text/javascript; charset=utf-8').send(`self.kept = ${JSON.stringify(kept)}\n${script}`)
  })
}
