import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { recordExport } from '#server/ledger/actions.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { findRosterToChangeOf, type Place } from '#server/programs/queries.ts'
import { listAssignments } from '#server/programs/roster/employment/assignments.queries.ts'
import { findFileRequest } from '#server/programs/second-person/requests.queries.ts'
import { found, notFound } from '#server/web/errors.ts'
import { fileThread } from '#server/web/file-threads.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { readUpload, type UploadedFile } from '#server/web/upload.ts'
import { mostBytes } from './import-file.ts'
import { answerAlike, resumeImport, startImport, tooLarge } from './imports.actions.ts'
import {
  findImport,
  listAlikeRows,
  listImportRows,
  listImports,
  listNames,
  mostAlike,
} from './imports.queries.ts'
import { importPage, importPageSize, kindToShow, stateWords } from './imports-page.ts'
import { refusedCsv, rosterCsv, templateCsv } from './roster-csv.ts'
import { isWorkbook, type OpenedWorkbook } from './workbook.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

const openWorkbook = fileThread<Uint8Array, OpenedWorkbook>(
  new URL('./workbook.worker.ts', import.meta.url),
  15,
)

/** The first sheet of an Excel workbook as a CSV file of the same name, or why it can't be read. */
async function openedWorkbook({
  name,
  bytes,
}: UploadedFile): Promise<UploadedFile | Readonly<{ message: string }>> {
  if (bytes.length > mostBytes) return { message: tooLarge }
  const opened = await openWorkbook(bytes)
  if (opened === 'too-much')
    return { message: 'This workbook takes too long to read. Save the sheet as CSV and upload that.' }
  return opened.kind === 'csv' ? { name, bytes: Buffer.from(opened.text) } : opened
}

/** Roster files: imports, with a preview of every change, and exports. */
export async function importRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const config = { policy: ['program_admin'] } as const
  const params = Type.Object({ program: uuid() })
  const importParams = Type.Object({ program: uuid(), import: uuid() })
  const mostPasted = 1_000_000
  const lines = Type.Array(Type.Integer({ minimum: 1 }), { maxItems: mostAlike })

  app.get('/programs/:program/imports', { config, schema: { params } }, async (request, reply) => {
    const place = await placeOf(viewerOf(request), request.params.program)
    const files = (await listImports(db, place.program.id)).map((file) => ({
      ...file,
      status: stateWords[file.state],
    }))
    return reply.page('programs/imports', { title: 'Files', place, here: 'imports', files })
  })

  app.get('/programs/:program/imports/new', { config, schema: { params } }, async (request, reply) =>
    reply.page('programs/import-new', newPage(await placeOf(viewerOf(request), request.params.program), '')),
  )

  app.post('/programs/:program/imports', { config, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const place = await placeOf(viewer, request.params.program)
    const { file, fields, isTooLarge } = await readUpload(request)
    const pasted = fields.pasted ?? ''
    const refuse = (field: string, message: string) =>
      reply
        .status(422)
        .page('programs/import-new', { ...newPage(place, pasted), errors: [{ field, message }] })
    if (isTooLarge) return refuse('file', tooLarge)
    // Pasted text is truncated at this length. Refuse it rather than import a part of it.
    if (Buffer.byteLength(pasted) >= mostPasted)
      return refuse('pasted', 'That is too long to paste. Upload it as a file.')
    const actor = { viewer, now: clock() }
    const opened = file && isWorkbook(file.bytes) ? await openedWorkbook(file) : file
    if (opened && 'message' in opened) return refuse('file', opened.message)
    const sent = opened ?? (pasted.trim() ? { name: 'pasted rows', bytes: Buffer.from(pasted) } : null)
    const started = found(await startImport(db, actor, place.program.id, sent))
    if (started.kind === 'problems') return refuse('file', started.problems[0]?.message ?? '')
    return reply.redirect(`/programs/${place.program.id}/imports/${started.id}`, 303)
  })

  app.get(
    '/programs/:program/imports/:import',
    {
      config,
      schema: {
        params: importParams,
        querystring: Type.Object({
          kind: Type.Optional(text(20)),
          page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}$' })),
        }),
      },
    },
    async (request, reply) => {
      const place = await placeOf(viewerOf(request), request.params.program)
      const file = (await findImport(db, place.program.id, request.params.import)) ?? notFound()
      if (file.state === 'checking' || file.state === 'applying') {
        const title = file.state === 'checking' ? 'Checking the file' : 'Saving the file'
        return reply.page('programs/import-running', { title, place, here: 'imports', file, againAfter: 1 })
      }
      // The progress asks every second. What comes after it is a page of its own.
      if (request.headers['hx-request']) return reply.header('hx-refresh', 'true').send('')
      if (file.state === 'failed')
        return reply.page('programs/import-failed', {
          title: 'This file was not imported',
          place,
          here: 'imports',
          file,
        })
      const kind = kindToShow(file, request.query.kind)
      const page = Number(request.query.page ?? 1)
      const rows = await listImportRows(db, file.id, kind, { page, size: importPageSize })
      const isAsked = Boolean(await findFileRequest(db, file.id))
      const alike = file.state === 'checked' && !isAsked ? await listAlikeRows(db, file.id) : []
      return reply.page('programs/import', { ...importPage(place, file, kind, rows, page), isAsked, alike })
    },
  )

  for (const [noun, state] of [
    ['application', 'applying'],
    ['check', 'checking'],
  ] as const)
    app.post(
      `/programs/:program/imports/:import/${noun}`,
      { config, schema: { params: importParams } },
      async (request, reply) => {
        const viewer = viewerOf(request)
        const { program, import: id } = request.params
        const file = (await findImport(db, program, id)) ?? notFound()
        found(await resumeImport(db, { viewer, now: clock() }, program, file.id, state))
        return reply.redirect(`/programs/${program}/imports/${file.id}`, 303)
      },
    )

  app.post(
    '/programs/:program/imports/:import/answers',
    {
      config,
      schema: {
        params: importParams,
        body: form({ shown: Type.Optional(lines), same: Type.Optional(lines) }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { program, import: id } = request.params
      const file = (await findImport(db, program, id)) ?? notFound()
      const { shown = [], same = [] } = request.body
      const isAsked = Boolean(await findFileRequest(db, file.id))
      if (!isAsked) found(await answerAlike(db, { viewer, now: clock() }, program, file.id, { shown, same }))
      return reply.redirect(`/programs/${program}/imports/${file.id}`, 303)
    },
  )

  app.get(
    '/programs/:program/imports/:import/refused.csv',
    { config, schema: { params: importParams } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const { program } = await placeOf(viewer, request.params.program)
      const file = (await findImport(db, program.id, request.params.import)) ?? notFound()
      const rows = await listImportRows(db, file.id, 'refused', { page: 1, size: 1_000_000 })
      await recordExport(db, {
        by: viewer.id,
        subject: `program:${program.id}`,
        at: clock(),
        facts: { what: 'refused rows of a roster file', import_id: file.id, rows: rows.length },
      })
      return csvFile(reply, 'refused-rows.csv', refusedCsv(rows))
    },
  )

  app.get('/programs/:program/roster.csv', { config, schema: { params } }, async (request, reply) => {
    const viewer = viewerOf(request)
    const { program } = await placeOf(viewer, request.params.program)
    const assignments = await listAssignments(db, program.id)
    const now = clock()
    const csv = rosterCsv(assignments, await listNames(db, program.id), dayOf(now))
    await recordExport(db, {
      by: viewer.id,
      subject: `program:${program.id}`,
      at: now,
      facts: { what: 'roster', program_id: program.id, assignments: assignments.length },
    })
    return csvFile(reply, `roster-${dayOf(now)}.csv`, csv)
  })

  app.get('/programs/roster-template.csv', { config }, async (_request, reply) =>
    csvFile(reply, 'roster-template.csv', templateCsv()),
  )

  const placeOf = async (viewer: Viewer, programId: string) =>
    (await findRosterToChangeOf(db, viewer, programId, dayOf(clock()))) ?? notFound()

  const newPage = (place: Place, pasted: string) => ({
    title: 'Import a file',
    place,
    here: 'imports',
    pasted,
  })
}

const csvFile = (
  reply: { header: (name: string, value: string) => typeof reply; send: (body: string) => typeof reply },
  name: string,
  csv: string,
) =>
  reply
    .header('content-type', 'text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(csv)
