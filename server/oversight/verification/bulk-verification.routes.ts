import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Config } from '#server/config.ts'
import type { Database } from '#server/db/connection.ts'
import { logLook } from '#server/oversight/reviews/review.actions.ts'
import { findReviewOf, type Review } from '#server/oversight/reviews/review.queries.ts'
import { closedPage } from '#server/oversight/reviews/review-day.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { notFound } from '#server/web/errors.ts'
import { fileThread } from '#server/web/file-threads.ts'
import { type App, uuid } from '#server/web/routes.ts'
import { fileType, partsOf, type UploadedFile } from '#server/web/upload.ts'
import { mostFiles, type OpenedFiles } from './bulk-files.ts'
import { askedOfFile, recordBulkExport, verifyInBulk } from './bulk-verification.actions.ts'
import { findBulkVerification, listBulkVerifications } from './bulk-verification.queries.ts'
import {
  type Asked,
  bulkCsv,
  isAboutCertificate,
  mostAsked,
  readAsked,
  verdictNames,
  verdictTones,
} from './bulk-verification.ts'

type Needs = Readonly<{ db: Database; clock: () => Date; config: Config }>

const mostBytes = 50_000_000

/** Verifies many certificates with the register and a roster: typed numbers and codes, a table, or files. */
export async function bulkVerificationRoutes(app: App, { db, clock, config }: Needs): Promise<void> {
  const licensing = { policy: ['licensing'] } as const
  const params = Type.Object({ review: uuid() })
  const oneParams = Type.Object({ review: uuid(), verification: uuid() })

  app.get(
    '/reviews/:review/certificates',
    { config: licensing, schema: { params } },
    async (request, reply) =>
      reply.page(
        'oversight/reviews/certificates',
        await newPage(await reviewOf(viewerOf(request), request.params.review), ''),
      ),
  )

  app.post(
    '/reviews/:review/certificates',
    { config: licensing, schema: { params } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = await reviewOf(viewer, request.params.review)
      const { typed, asked, problem } = await askedIn(request)
      const error =
        problem !== null
          ? { field: 'files', message: problem }
          : review.state === 'closed'
            ? { field: 'numbers', message: 'This review is closed. Reopen it first.' }
            : asked.length === 0
              ? { field: 'numbers', message: 'Enter at least one number or code, or choose files.' }
              : asked.length > mostAsked
                ? {
                    field: 'numbers',
                    message: `You can verify up to ${mostAsked} at once. Split them into parts.`,
                  }
                : null
      if (error)
        return reply
          .status(422)
          .page('oversight/reviews/certificates', { ...(await newPage(review, typed)), errors: [error] })
      const id = await verifyInBulk(db, viewer, review, asked, clock())
      return reply.redirect(`/reviews/${review.id}/certificates/${id}`, 303)
    },
  )

  app.get(
    '/reviews/:review/certificates/:verification',
    { config: licensing, schema: { params: oneParams } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = await reviewOf(viewer, request.params.review)
      if (review.state === 'closed') return reply.page('oversight/reviews/closed', closedPage(review))
      const found = (await findBulkVerification(db, review.id, request.params.verification)) ?? notFound()
      const ids = [...new Set(found.results.flatMap(({ person_id }) => person_id ?? []))]
      await logLook(db, viewer, review, 'certificates checked together', ids, clock())
      return reply.page('oversight/reviews/certificates-checked', {
        title: 'Certificates verified',
        review,
        found,
        results: found.results.filter((one) => one.asked === '' || isAboutCertificate(one)),
        ignored: found.results.filter((one) => one.asked !== '' && !isAboutCertificate(one)),
        valid: found.results.filter(({ verdict }) => verdict === 'valid').length,
        certificates: found.results.filter(isAboutCertificate).length,
        duplicates: found.results.reduce((sum, one) => sum + (one.duplicates?.length ?? 0), 0),
        verdictNames,
        verdictTones,
      })
    },
  )

  app.get(
    '/reviews/:review/certificates/:verification/results.csv',
    { config: licensing, schema: { params: oneParams } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const review = await reviewOf(viewer, request.params.review)
      if (review.state === 'closed') return reply.page('oversight/reviews/closed', closedPage(review))
      const found = (await findBulkVerification(db, review.id, request.params.verification)) ?? notFound()
      await recordBulkExport(db, viewer, review, found.id, clock())
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="certificates.csv"')
        .send(bulkCsv(found.results))
    },
  )

  /** The form's text and files. Each file is processed and released before the next. */
  async function askedIn(request: FastifyRequest) {
    let typed = ''
    let problem: string | null = null
    let left = mostFiles
    const asked: Asked[] = []
    // A file that is too large gives an error, and keeps what was typed.
    for await (const part of partsOf(request, { fileSize: mostBytes, files: mostFiles + 1 })) {
      if (part.type !== 'file') {
        if (part.fieldname === 'numbers' && typeof part.value === 'string') typed = part.value
        continue
      }
      const bytes = await part.toBuffer()
      if (bytes.length === 0) continue
      const name = part.filename || 'file'
      const unpacked = await openInThread({ name, bytes })
      const opened: OpenedFiles =
        unpacked === 'too-much'
          ? {
              kind: 'refused',
              message: `“${name}” is too large to read at once. Split it and upload the parts.`,
            }
          : withBuffers(unpacked)
      if (part.file.truncated) problem ??= `“${name}” is larger than 50 MB. Split it and upload the parts.`
      else if (opened.kind === 'refused') problem ??= opened.message
      else if (opened.files.length > left)
        problem ??= `You can upload up to ${mostFiles} files at once. Upload them in parts.`
      if (problem !== null || opened.kind === 'refused') continue
      left -= opened.files.length
      for (const file of opened.files) asked.push(...(await askedOf(file)))
    }
    return { typed, problem, asked: [...readAsked(typed, { isTable: false }), ...asked] }
  }

  async function askedOf(file: UploadedFile): Promise<readonly Asked[]> {
    const isTable = /\.(csv|txt|tsv)$/i.test(file.name) && fileType(file.bytes) === null
    return isTable
      ? readAsked(file.bytes.toString('utf8'), { isTable: true })
      : [await askedOfFile(file, config, clock())]
  }

  async function newPage(review: Review, typed: string) {
    const earlier = await listBulkVerifications(db, review.id)
    return { title: 'Verify certificates', review, typed, errors: [], earlier, mostFiles }
  }

  const reviewOf = async (viewer: Viewer, id: string): Promise<Review> =>
    (await findReviewOf(db, viewer, id)) ?? notFound()
}

const openInThread = fileThread<UploadedFile, OpenedFiles>(
  new URL('./open-files.worker.ts', import.meta.url),
  10,
)

/** Bytes come back from a thread without their class. */
const withBuffers = (opened: OpenedFiles): OpenedFiles =>
  opened.kind === 'refused'
    ? opened
    : { ...opened, files: opened.files.map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes) })) }
