import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import { hasRole, type Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { findProgramOf } from '#server/programs/queries.ts'
import { licenseWords } from '#server/programs/record/license-card.ts'
import { certificationNames, statusNames } from '#server/programs/record/program-forms.ts'
import { type Typed, typedDay } from '#server/programs/typed-form.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { readUpload } from '#server/web/upload.ts'
import type { FieldError } from '#server/web/views.ts'
import { applyRegistry, previewRegistry, startRegistryImport } from './registry.actions.ts'
import { findRegistryImport, listRegistryImports } from './registry.queries.ts'
import {
  fileOfRow,
  type RegistryRow,
  readRegistryFile,
  registryColumns,
  registryTemplate,
} from './registry-file.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; afterChange: AfterChange }>

/** License and certification data: uploaded or typed, reviewed with its effects, then saved. */
export async function registryRoutes(app: App, { db, clock, afterChange }: Needs): Promise<void> {
  const licensing = { policy: ['licensing'] } as const
  // A system administrator brings license data in when an installation begins.
  const keepers = { policy: ['licensing', 'system_admin'] } as const
  const params = Type.Object({ import: uuid() })

  app.get('/licensing/registry', { config: keepers }, async (request, reply) =>
    reply.page('oversight/licensing/registry', await registryPage(viewerOf(request), [])),
  )

  app.get('/licensing/registry/template.csv', { config: keepers }, async (_request, reply) =>
    reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="license-data.csv"')
      .send(registryTemplate()),
  )

  app.post('/licensing/registry', { config: keepers }, async (request, reply) => {
    const { file, isTooLarge } = await readUpload(request)
    const again = async (message: string) =>
      reply
        .status(422)
        .page(
          'oversight/licensing/registry',
          await registryPage(viewerOf(request), [{ field: 'file', message }]),
        )
    if (isTooLarge) return again('That file is larger than 10 MB. Send it in parts.')
    if (!file) return again('Choose a CSV file.')
    const content = file.bytes.toString('utf8')
    const read = readRegistryFile(content)
    if (read.kind === 'unreadable') return again(read.message)
    const id = await startRegistryImport(
      db,
      viewerOf(request),
      { name: file.name.slice(-120), content },
      clock(),
    )
    return reply.redirect(`/licensing/registry/${id}`, 303)
  })

  app.get('/licensing/registry/:import', { config: keepers, schema: { params } }, async (request, reply) =>
    reply.page('oversight/licensing/registry-import', await importPage(request.params.import, [])),
  )

  app.post(
    '/licensing/registry/:import/application',
    { config: keepers, schema: { params, body: form({ seen: text(64) }) } },
    async (request, reply) => {
      const acting = { viewer: viewerOf(request), now: clock(), afterChange }
      const { import: id } = request.params
      if (!(await findRegistryImport(db, id))) return notFound()
      const result = await applyRegistry(db, acting, id, request.body.seen)
      if (result.kind === 'applied' || result.kind === 'already')
        return reply.redirect(`/licensing/registry/${id}`, 303)
      const message =
        result.kind === 'unreadable'
          ? result.message
          : 'The record changed while you were reviewing the file, so nothing was saved. Below is what the file would change now.'
      return reply
        .status(409)
        .page('oversight/licensing/registry-import', await importPage(id, [{ field: 'apply', message }]))
    },
  )

  const programParams = Type.Object({ program: uuid() })
  const names = Object.keys(registryColumns).filter((name) => name !== 'license')

  app.get(
    '/licensing/programs/:program/license',
    { config: licensing, schema: { params: programParams } },
    async (request, reply) => {
      const program =
        (await findProgramOf(db, viewerOf(request), request.params.program, dayOf(clock()))) ?? notFound()
      if (!program.license_number) return notFound()
      const typed = { checked_on: typedDay(dayOf(clock())) }
      return reply.page('oversight/licensing/license-change', {
        ...changePage(typed),
        program,
        license: licenseWords(program),
      })
    },
  )

  app.post(
    '/licensing/programs/:program/license',
    {
      config: licensing,
      schema: {
        params: programParams,
        body: form(Object.fromEntries(names.map((name) => [name, Type.Optional(text(200))]))),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const program = (await findProgramOf(db, viewer, request.params.program, dayOf(clock()))) ?? notFound()
      if (!program.license_number) return notFound()
      const cells = { ...(request.body as RegistryRow['cells']), license: program.license_number }
      const content = fileOfRow(cells)
      const preview = await previewRegistry(db, content, dayOf(clock()))
      const refused =
        preview.kind === 'planned' ? preview.lines.find(({ kind }) => kind === 'refused') : undefined
      if (refused) {
        const errors = refused.words.map((message) => ({ field: 'checked_on', message }))
        return reply.status(422).page('oversight/licensing/license-change', {
          ...changePage(request.body as Typed),
          program,
          license: licenseWords(program),
          errors,
        })
      }
      const id = await startRegistryImport(
        db,
        viewer,
        { name: 'typed on the program’s page', content },
        clock(),
      )
      return reply.redirect(`/licensing/registry/${id}`, 303)
    },
  )

  const registryPage = async (viewer: Viewer, errors: readonly FieldError[]) => ({
    title: 'License data',
    isLicensing: hasRole(viewer, 'licensing'),
    errors,
    imports: await listRegistryImports(db),
    columns: Object.values(registryColumns),
    statuses: Object.values(statusNames),
    certifications: Object.entries(certificationNames),
  })

  async function importPage(id: string, errors: readonly FieldError[]) {
    const kept = (await findRegistryImport(db, id)) ?? notFound()
    // After it is saved, the changes are on the programs' pages.
    const preview = kept.applied_at ? null : await previewRegistry(db, kept.content, dayOf(clock()))
    return { title: 'License data', kept, preview, errors, today: dayOf(clock()), standingWords }
  }

  const changePage = (typed: Typed) => ({
    title: 'Change license data',
    typed,
    errors: [],
    statuses: statusNames,
    certifications: certificationNames,
  })
}

const standingWords: Readonly<Record<string, string>> = {
  not_required: 'not required',
  due_before_contact: 'due before direct contact',
  current: 'current',
  due_soon: 'due soon',
  overdue: 'overdue',
  not_cleared: 'not cleared',
  unknown: 'unknown',
}
