import { Type } from 'typebox'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { FindLessonHref } from '#server/courses/catalogue/lesson-links.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Sheet } from '#server/courses/catalogue/sheet.ts'
import { notFound } from '#server/web/errors.ts'
import type { App } from '#server/web/routes.ts'
import { drawSheet } from './drawing.ts'
import { jobAidPage } from './job-aid-page.ts'
import { layOutOnePage, layOutPages, printableName } from './sheet-layout.ts'

type Needs = Readonly<{
  catalogue: Catalogue
  offered: FindOffered
  lessonHref: FindLessonHref
  /** What the installation is called. */
  ownName: () => string | null
}>

/** Job aids as web pages and PDFs. Anyone can read them. Nothing written on them is stored. */
export async function handoutRoutes(
  app: App,
  { catalogue, offered, lessonHref, ownName }: Needs,
): Promise<void> {
  const config = { policy: 'public' } as const
  const params = Type.Object({ aid: Type.String({ pattern: '^[a-z0-9-]{1,80}$' }) })
  const drawn = new WeakMap<Sheet, Readonly<{ by: string; pdf: Promise<Uint8Array> }>>()

  app.get('/job-aids', { config }, async (_request, reply) =>
    reply.page('handouts/job-aids', { title: 'Job aids', aids: catalogue.jobAids }),
  )

  app.get('/job-aids/:aid', { config, schema: { params } }, async (request, reply) => {
    const aid = aidAt(request.params.aid)
    const [courses, href] = await Promise.all([offered(), lessonHref(request.viewer)])
    return reply.page('handouts/job-aid', jobAidPage(courses.catalogue, aid, href))
  })

  app.get('/job-aids/:aid.pdf', { config, schema: { params } }, async (request, reply) => {
    const { slug, sheet, checked } = aidAt(request.params.aid)
    const pdf = await pdfOf(sheet, checked)
    return reply
      .type('application/pdf')
      .header('content-disposition', `attachment; filename="${slug}.pdf"`)
      .send(pdf)
  })

  const aidAt = (slug: string) => catalogue.jobAids.find((aid) => aid.slug === slug) ?? notFound()

  /** Drawn once: job aids don't change while the service runs, but the installation's name can. */
  function pdfOf(sheet: Sheet, checked: string): Promise<Uint8Array> {
    const by = printableName(ownName())
    const kept = drawn.get(sheet)
    if (kept?.by === by) return kept.pdf
    const layout = layOutOnePage(sheet, by) ?? layOutPages(sheet, by)
    const pdf = drawSheet(sheet, layout, new Date(`${checked}T12:00:00Z`))
    drawn.set(sheet, { by, pdf })
    return pdf
  }
}
