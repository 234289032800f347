import { stringify } from 'csv-stringify/sync'
import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { recordExport } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { findRosterToChangeOf } from '#server/programs/queries.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, uuid } from '#server/web/routes.ts'
import { readUploads } from '#server/web/upload.ts'
import { pastColumns } from './past-training-rows.ts'
import { confirmPastTrainings, startPastTrainings } from './past-trainings.actions.ts'
import { findTrainingImport, listTrainingImportRows, listTrainingImports } from './past-trainings.queries.ts'
import { importPage, refusedPastCsv, stateWords } from './past-trainings-page.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

const mostBytes = 50 * 1024 * 1024

/** Past trainings from a table with a folder of scans: checked row by row, then recorded for others to decide on. */
export async function pastTrainingRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const config = { policy: ['program_admin'] } as const
  const params = Type.Object({ program: uuid() })
  const oneParams = Type.Object({ program: uuid(), import: uuid() })
  const base = '/programs/:program/past-trainings'

  app.get(base, { config, schema: { params } }, async (request, reply) =>
    reply.page('training/past-trainings', await listPage(viewerOf(request), request.params.program)),
  )

  app.get('/programs/past-trainings-template.csv', { config }, async (_request, reply) =>
    reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="past-trainings-template.csv"')
      .send(stringify([Object.values(pastColumns)], { bom: true, record_delimiter: 'windows' })),
  )

  app.post(base, { config, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const { program } = request.params
    const page = await listPage(viewer, program)
    const { files, isTooMany } = await readUploads(request, { files: 1, fileSize: mostBytes })
    const [file] = files
    const problem =
      isTooMany || !file
        ? 'Choose one file: a ZIP with the table and the scans, or the table alone.'
        : file.isTooLarge
          ? 'This file is larger than 50 MB. Split it and upload the parts.'
          : null
    if (problem || !file)
      return reply
        .status(422)
        .page('training/past-trainings', { ...page, errors: [{ field: 'file', message: problem ?? '' }] })
    const id = await startPastTrainings(db, viewer, program, file, clock())
    return reply.redirect(`/programs/${program}/past-trainings/${id}`, 303)
  })

  app.get(`${base}/:import`, { config, schema: { params: oneParams } }, async (request, reply) => {
    const { place, file } = await oneOf(viewerOf(request), request.params)
    const isRunning = file.state === 'checking' || file.state === 'applying'
    // The progress asks every second. What comes after it is a page of its own.
    if (!isRunning && request.headers['hx-request']) return reply.header('hx-refresh', 'true').send('')
    const rows = isRunning ? [] : await listTrainingImportRows(db, file.id)
    return reply.page('training/past-trainings-file', importPage(place, file, rows))
  })

  app.post(
    `${base}/:import/confirmation`,
    { config, schema: { params: oneParams } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { place, file } = await oneOf(viewer, request.params)
      await confirmPastTrainings(db, viewer, file.id)
      return reply.redirect(`/programs/${place.program.id}/past-trainings/${file.id}`, 303)
    },
  )

  app.get(
    `${base}/:import/refused.csv`,
    { config, schema: { params: oneParams } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { place, file } = await oneOf(viewer, request.params)
      const rows = await listTrainingImportRows(db, file.id)
      await recordExport(db, {
        by: viewer.id,
        subject: `program:${place.program.id}`,
        at: clock(),
        facts: { what: 'refused rows of a file of trainings', import_id: file.id },
      })
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="refused-trainings.csv"')
        .send(refusedPastCsv(rows))
    },
  )

  const placeOf = async (viewer: Viewer, programId: string) =>
    (await findRosterToChangeOf(db, viewer, programId, dayOf(clock()))) ?? notFound()

  async function oneOf(
    viewer: Viewer,
    { program, import: id }: Readonly<{ program: string; import: string }>,
  ) {
    const place = await placeOf(viewer, program)
    return { place, file: (await findTrainingImport(db, place.program.id, id)) ?? notFound() }
  }

  async function listPage(viewer: Viewer, programId: string) {
    const place = await placeOf(viewer, programId)
    const files = await listTrainingImports(db, place.program.id)
    return {
      title: 'Past trainings',
      place,
      here: 'imports',
      errors: [],
      headings: Object.values(pastColumns),
      files: files.map((file) => ({ ...file, status: stateWords[file.state] })),
    }
  }
}
