import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { type Day, dayOf } from '#server/lib/days.ts'
import { startRegistryImport } from '#server/oversight/registry/registry.actions.ts'
import { findRegistryImport } from '#server/oversight/registry/registry.queries.ts'
import { readRegistryFile } from '#server/oversight/registry/registry-file.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { addProgram } from '#server/programs/record/program-record.actions.ts'
import { typedDay } from '#server/programs/typed-form.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text, uuid } from '#server/web/routes.ts'
import { readUpload } from '#server/web/upload.ts'
import { programFileColumns, programFileTemplate, readProgramFile } from './program-file.ts'
import { listHolders, listKnownPrograms } from './programs.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

/** License holders and their programs: a list for the installation, and many at once from a file. */
export async function installationProgramRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const config = { policy: ['system_admin'] } as const
  const params = Type.Object({ file: uuid() })
  const pageSize = 30

  app.get(
    '/admin/programs',
    {
      config,
      schema: {
        querystring: Type.Object({
          search: Type.Optional(text(200)),
          page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}$' })),
        }),
      },
    },
    async (request, reply) => {
      const search = (request.query.search ?? '').trim()
      const page = Number(request.query.page ?? 1)
      const { holders, total } = await listHolders(db, dayOf(clock()), { search, page, size: pageSize })
      return reply.page('admin/programs/holders', {
        title: 'License holders and programs',
        tab: 'programs',
        holders,
        total,
        search,
        pages: {
          current: page,
          last: Math.max(1, Math.ceil(total / pageSize)),
          href: `/admin/programs?${search ? `${new URLSearchParams({ search })}&` : ''}page={page}`,
        },
      })
    },
  )

  app.get('/admin/programs/file', { config }, async (_request, reply) => filePage(reply, null))

  app.get('/admin/programs/template.csv', { config }, async (_request, reply) =>
    reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="programs.csv"')
      .send(programFileTemplate()),
  )

  app.post('/admin/programs/file', { config }, async (request, reply) => {
    const { file, isTooLarge } = await readUpload(request)
    if (isTooLarge) return filePage(reply.status(422), 'That file is larger than 10 MB. Send it in parts.')
    if (!file) return filePage(reply.status(422), 'Choose a CSV file.')
    const content = file.bytes.toString('utf8')
    const read = await planOf(content, dayOf(clock()))
    if (read.kind === 'unreadable') return filePage(reply.status(422), read.message)
    const named = { name: file.name.slice(-120), content }
    const id = await startRegistryImport(db, viewerOf(request), named, clock())
    return reply.redirect(`/admin/programs/files/${id}`, 303)
  })

  app.get('/admin/programs/files/:file', { config, schema: { params } }, async (request, reply) => {
    const kept = (await findRegistryImport(db, request.params.file)) ?? notFound()
    const read = await planOf(kept.content, dayOf(clock()))
    return reply.page('admin/programs/file-preview', {
      title: 'Programs from a file',
      kept,
      lines: read.kind === 'read' ? read.lines : [],
      hasLicenseData: readRegistryFile(kept.content).kind === 'rows',
    })
  })

  // Row by row: each program is a change of its own, and sending the file again passes over what is on record.
  app.post('/admin/programs/files/:file/addition', { config, schema: { params } }, async (request, reply) => {
    const kept = (await findRegistryImport(db, request.params.file)) ?? notFound()
    const acting = { viewer: viewerOf(request), now: clock() }
    const read = await planOf(kept.content, dayOf(clock()))
    const lines = read.kind === 'read' ? read.lines.filter(({ kind }) => kind === 'added') : []
    const problems: string[] = []
    for (const { line, typed } of lines) {
      const answer = await addProgram(db, acting, typed)
      if (answer.kind === 'problems')
        problems.push(...answer.problems.map(({ message }) => `Line ${line}: ${message}`))
    }
    if (problems.length > 0) {
      const after = await planOf(kept.content, dayOf(clock()))
      return reply.status(422).page('admin/programs/file-preview', {
        title: 'Programs from a file',
        kept,
        lines: after.kind === 'read' ? after.lines : [],
        hasLicenseData: false,
        errors: problems.slice(0, 50).map((message) => ({ field: 'lines', message })),
      })
    }
    const hasLicenseData = readRegistryFile(kept.content).kind === 'rows'
    return reply.redirect(hasLicenseData ? `/licensing/registry/${kept.id}` : '/admin/programs', 303)
  })

  const planOf = async (content: string, today: Day) =>
    readProgramFile(content, await listKnownPrograms(db), typedDay(today))

  const filePage = (reply: FastifyReply, problem: string | null) =>
    reply.page('admin/programs/file', {
      title: 'Add programs by a file',
      columns: programFileColumns,
      errors: problem ? [{ field: 'file', message: problem }] : [],
    })
}
