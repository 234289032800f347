import { Type } from 'typebox'
import type { Database } from '#server/db/connection.ts'
import { timetable } from '#server/jobs/timetable.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, uuid } from '#server/web/routes.ts'
import { isJobName, jobLines } from './job-lines.ts'
import { dropFailedJob, retryFailedJob, runJobNow } from './jobs.actions.ts'
import { listFailedJobs, listJobRecords } from './jobs.queries.ts'

type Needs = Readonly<{ db: Database; clock: () => Date }>

const pageSize = 50

/** The timetable: when each job ran and runs next, what failed, and "run now". */
export async function jobConsoleRoutes(app: App, { db, clock }: Needs): Promise<void> {
  const config = { policy: ['system_admin'] } as const
  const params = Type.Object({ job: uuid() })

  app.get(
    '/admin/jobs',
    {
      config,
      schema: {
        querystring: Type.Object({
          below: Type.Optional(uuid()),
          started: Type.Optional(Type.String({ pattern: '^[a-z-]{1,60}$' })),
        }),
      },
    },
    async (request, reply) => {
      const { below = null, started = '' } = request.query
      const [records, found] = await Promise.all([
        listJobRecords(db),
        listFailedJobs(db, { below, size: pageSize + 1 }),
      ])
      const failed = found.slice(0, pageSize)
      return reply.page('admin/jobs', {
        title: 'Jobs',
        tab: 'jobs',
        lines: jobLines(records, clock()),
        started: isJobName(started) ? timetable[started].says : null,
        failed: failed.map((one) => ({
          ...one,
          says: isJobName(one.name) ? timetable[one.name].says : one.name,
        })),
        older: found.length > pageSize ? `/admin/jobs?below=${failed.at(-1)!.id}#failed` : null,
      })
    },
  )

  app.post(
    '/admin/jobs/:name/run',
    { config, schema: { params: Type.Object({ name: Type.String({ pattern: '^[a-z-]{1,60}$' }) }) } },
    async (request, reply) => {
      const { name } = request.params
      if (!isJobName(name) || !('cron' in timetable[name])) return notFound()
      await runJobNow(db, name)
      return reply.redirect(`/admin/jobs?started=${name}`, 303)
    },
  )

  app.post('/admin/jobs/failed/:job/retry', { config, schema: { params } }, async (request, reply) => {
    if (!(await retryFailedJob(db, request.params.job))) return notFound()
    return reply.redirect('/admin/jobs#failed', 303)
  })

  app.post('/admin/jobs/failed/:job/removal', { config, schema: { params } }, async (request, reply) => {
    if (!(await dropFailedJob(db, request.params.job))) return notFound()
    return reply.redirect('/admin/jobs#failed', 303)
  })
}
