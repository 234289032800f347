import { Type } from 'typebox'
import { facilitatorGuidePath, isForGroups, type Module } from '#server/courses/catalogue/catalogue.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import { sheetHtml, spansHtml } from '#server/courses/catalogue/sheet-html.ts'
import { notFound } from '#server/web/errors.ts'
import type { App } from '#server/web/routes.ts'
import { drawSheet } from './drawing.ts'
import { facilitatorGuide } from './facilitator-guide.ts'
import { layOutPages, printableName } from './sheet-layout.ts'

type Needs = Readonly<{ offered: FindOffered; ownName: () => string | null }>
type Place = Readonly<{ course: string; module: string }>

/** Facilitator's guides. They contain the answers to exercises, which never count, but not to scored questions. */
export async function facilitatorGuideRoutes(app: App, { offered, ownName }: Needs): Promise<void> {
  const slug = () => Type.String({ pattern: '^[a-z0-9-]{1,80}$' })
  const schema = { params: Type.Object({ course: slug(), module: slug() }) }
  const config = { policy: 'signed-in' } as const
  const path = facilitatorGuidePath(':course', ':module')

  // Drawn once per module: courses don't change while the service runs, but the installation's name can.
  const drawn = new WeakMap<Module, Readonly<{ by: string; pdf: Promise<Uint8Array> }>>()

  app.get(path, { config, schema }, async (request, reply) => {
    const { sheet, course, module } = await guideAt(request.params)
    return reply.page('handouts/facilitator-guide', {
      title: `${sheet.title}: ${sheet.over}`,
      sheet,
      html: sheetHtml(sheet.blocks),
      notes: sheet.notes.map(spansHtml),
      course,
      pdf: `${facilitatorGuidePath(course.slug, module.slug)}.pdf`,
    })
  })

  app.get(`${path}.pdf`, { config, schema }, async (request, reply) => {
    const { sheet, checked, course, module } = await guideAt(request.params)
    const by = printableName(ownName())
    const kept = drawn.get(module)
    const pdf =
      kept?.by === by ? kept.pdf : drawSheet(sheet, layOutPages(sheet, by), new Date(`${checked}T12:00:00Z`))
    drawn.set(module, { by, pdf })
    const name = `facilitator-guide-${course.slug}-${module.slug}.pdf`
    return reply
      .type('application/pdf')
      .header('content-disposition', `attachment; filename="${name}"`)
      .send(await pdf)
  })

  async function guideAt(at: Place) {
    const { catalogue } = await offered()
    const course = catalogue.courses.get(at.course)?.current ?? notFound()
    const module = course.modules.find((one) => one.slug === at.module && isForGroups(one)) ?? notFound()
    const guide = catalogue.facilitatorsGuide ?? notFound()
    return { sheet: facilitatorGuide(guide, course, module), checked: guide.checked, course, module }
  }
}
