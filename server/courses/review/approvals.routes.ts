import { Type } from 'typebox'
import type { Catalogue, CourseVersion } from '#server/courses/catalogue/catalogue.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import type { Database } from '#server/db/connection.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Viewer } from '#server/people/roles.ts'
import { viewerOf } from '#server/people/viewer.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, form, text, uuid } from '#server/web/routes.ts'
import { readUpload } from '#server/web/upload.ts'
import type { FieldError } from '#server/web/views.ts'
import { readApprovalForm, readCarryingForm } from './approval-form.ts'
import { actOnApproval, carryApproval, recordApproval } from './approvals.actions.ts'
import { findApprovalDocument, findApprovalRecord, listApprovalRecords } from './approvals.queries.ts'
import { carriableApproval } from './approvals.ts'
import { reviewVersionPage } from './review-page.ts'
import { fewestPeople } from './statistics.ts'
import { findVersionRecord } from './version-record.queries.ts'

type Needs = Readonly<{
  db: Database
  catalogue: Catalogue
  offered: FindOffered
  clock: () => Date
  afterChange: AfterChange
}>

/** Approvals: one reviewer records an approval or carries it over, a second confirms it, and any can withdraw it. */
export async function approvalRoutes(
  app: App,
  { db, catalogue, offered, clock, afterChange }: Needs,
): Promise<void> {
  const config = { policy: ['reviewer'] } as const
  const versionParams = Type.Object({
    course: Type.String({ pattern: '^[a-z0-9-]{1,80}$' }),
    version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+$' }),
  })
  const approvalParams = Type.Object({ approval: uuid() })
  const findText = (hash: string): CourseVersion | null =>
    [...catalogue.courses.values()]
      .flatMap(({ versions }) => [...versions.values()])
      .find((text) => text.hash === hash) ?? null

  app.post(
    '/review/courses/:course/:version/approvals',
    { config, schema: { params: versionParams } },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const course = catalogue.courses.get(request.params.course) ?? notFound()
      const version = course.versions.get(request.params.version) ?? notFound()
      const { fields, file, isTooLarge } = await readUpload(request)
      const { entry, errors } = readApprovalForm(fields, dayOf(clock()))
      const again = async (problems: readonly FieldError[]) =>
        reply.status(422).page('courses/review/version', await versionPage(viewer, version, fields, problems))
      const tooLarge = {
        field: 'document',
        message: 'The document is larger than 10 MB. Upload a smaller one.',
      }
      if (isTooLarge) return again([...errors, tooLarge])
      if (!entry) return again(errors)
      // A text edited while the form was open is not the approved one.
      if (fields.text !== version.hash)
        return again([
          {
            field: 'authority',
            message:
              'The text has changed since you opened this page. Nothing was saved. Read it again, then record the approval.',
          },
        ])
      const result = await recordApproval(db, viewer, version, entry, file, clock())
      if (result.kind === 'refused') return again([result])
      return reply.redirect(`/review/courses/${version.slug}/${version.version}#approval`, 303)
    },
  )

  app.post(
    '/review/courses/:course/:version/carried-approval',
    {
      config,
      schema: {
        params: versionParams,
        body: form({
          text: text(64),
          same_meaning: Type.Optional(text(3)),
          carried_because: Type.Optional(text(1000)),
        }),
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const course = catalogue.courses.get(request.params.course) ?? notFound()
      const version = course.versions.get(request.params.version) ?? notFound()
      const again = async (problems: readonly FieldError[]) =>
        reply
          .status(422)
          .page('courses/review/version', await versionPage(viewer, version, request.body, problems))
      const carriable = carriableApproval(course, version, await listApprovalRecords(db, course.slug))
      if (!carriable || request.body.text !== version.hash)
        return again([
          {
            field: 'same_meaning',
            message:
              'The approval or the text has changed. Nothing was saved. Read this page again, then try again.',
          },
        ])
      const { reason, errors } = readCarryingForm(carriable.kind, request.body)
      if (reason === null) return again(errors)
      const result = await carryApproval(db, viewer, { course, text: version }, reason, clock())
      if (result.kind === 'refused') return again([result])
      return reply.redirect(`/review/courses/${version.slug}/${version.version}#approval`, 303)
    },
  )

  for (const [address, act] of [
    ['confirmation', 'confirmed'],
    ['refusal', 'refused'],
    ['withdrawal', 'withdrawn'],
  ] as const)
    app.post(
      `/review/approvals/:approval/${address}`,
      { config, schema: { params: approvalParams, body: form({ reason: Type.Optional(text(1000)) }) } },
      async (request, reply) => {
        const viewer = viewerOf(request)
        const id = request.params.approval
        const reason = request.body.reason?.trim() ?? ''
        const result = await actOnApproval(
          db,
          { afterChange, findText },
          viewer,
          id,
          { act, reason },
          clock(),
        )
        if (result.kind === 'absent') return notFound()
        if (result.kind === 'done')
          return reply.redirect(versionPath(result.course, result.version) ?? '/review/courses', 303)
        const approval = (await findApprovalRecord(db, id)) ?? notFound()
        const version = catalogue.courses.get(approval.course)?.versions.get(approval.version) ?? notFound()
        const problem = { field: `reason-${id}`, message: result.message }
        return reply
          .status(422)
          .page('courses/review/version', await versionPage(viewer, version, {}, [problem]))
      },
    )

  app.get(
    '/review/approvals/:approval/document',
    { config, schema: { params: approvalParams } },
    async (request, reply) => {
      const kept = (await findApprovalDocument(db, request.params.approval)) ?? notFound()
      // Always a download, so that the browser never opens it inside our site.
      return reply
        .type(kept.document_type ?? 'application/octet-stream')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('content-disposition', `attachment; filename="${kept.document_name}"`)
        .send(kept.document)
    },
  )

  const versionPath = (course: string, version: string) =>
    catalogue.courses.get(course)?.versions.has(version)
      ? `/review/courses/${course}/${version}#approval`
      : null

  async function versionPage(
    viewer: Viewer,
    version: CourseVersion,
    typed: Readonly<Record<string, string | undefined>>,
    errors: readonly FieldError[],
  ) {
    const record = await findVersionRecord(db, version, viewer, fewestPeople)
    return {
      ...reviewVersionPage((await offered()).catalogue, version, record, viewer),
      typed,
      errors,
    }
  }
}
