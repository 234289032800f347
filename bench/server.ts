import path from 'node:path'
import formbody from '@fastify/formbody'
import Fastify from 'fastify'
import pg from 'pg'
import { buildApp } from '#server/app.ts'
import { readConfig } from '#server/config.ts'
import { openCourses } from '#server/courses/authoring/rendered-courses.ts'
import { connect } from '#server/db/connection.ts'
import type { App } from '#server/web/routes.ts'

/** The parameters: the database, and pages with the cookie of someone who can read them. */
export type Order = Readonly<{ url: string; pages: readonly Page[] }>
export type Page = Readonly<{
  path: string
  /** Null for visitors without an account, each from another address. */
  cookie: string | null
  encoding: string | null
}>
export type Ports = Readonly<{ product: number; reference: number }>

const project = path.join(import.meta.dirname, '..')
/** Courses as an earlier run rendered them. */
const rendered = path.join(project, 'node_modules/.cache/bench')
const connections = 10
const quietLog = { level: 'info', file: '/dev/null' }

process.once('message', async ({ url, pages }: Order) => {
  process.on('message', () => process.send?.(process.cpuUsage()))
  const { catalogue } = await openCourses(path.join(project, 'courses'), rendered)
  const product = await buildApp({
    db: connect(url, connections).db,
    catalogue,
    mail: null,
    clock: () => new Date(),
    config: readConfig({ SECOND_FACTOR: 'optional', TRUSTED_PROXY: '127.0.0.1' }),
    isDemo: false,
    logger: quietLog,
  })
  await product.listen({ host: '127.0.0.1', port: 0 })
  const sent = await Promise.all(pages.map((page) => bytesOf(product, page)))
  const reference = await buildReference(url, sent)
  const ports: Ports = { product: portOf(product), reference: portOf(reference) }
  process.send?.(ports)
})

type Sent = Readonly<{ bytes: Buffer; encoding: string | undefined }>

/** The page as the product sends it. Text stays text, so that the reference encodes it as well. */
async function bytesOf(product: App, { path: url, cookie, encoding }: Page): Promise<Sent> {
  const sent = {
    ...(cookie !== null && { cookie }),
    ...(encoding !== null && { 'accept-encoding': encoding }),
  }
  const { statusCode, headers, rawPayload } = await product.inject({ url, headers: sent })
  if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}.`)
  return { bytes: rawPayload, encoding: headers['content-encoding'] as string | undefined }
}

/** A minimal server for comparison: reads one indexed row, or writes and commits one row, over HTTP. */
async function buildReference(url: string, pages: readonly Sent[]) {
  const pool = new pg.Pool({ connectionString: url, max: connections })
  const { rows } = await pool.query('select id from people limit 1')
  const reference = Fastify({ logger: quietLog })
  await reference.register(formbody)
  for (const [n, { bytes, encoding }] of pages.entries()) {
    const page = encoding ? bytes : bytes.toString()
    reference.get(`/pages/${n}`, async (_request, reply) => {
      await pool.query('select id, name, email from people where id = $1', [rows[0].id])
      if (encoding) reply.header('content-encoding', encoding)
      return reply.type('text/html; charset=utf-8').send(page)
    })
  }
  reference.post('/answers', async (request, reply) => {
    await pool.query('insert into bench_answers (answer) values ($1)', [JSON.stringify(request.body)])
    return reply.redirect('/answered', 303)
  })
  await reference.listen({ host: '127.0.0.1', port: 0 })
  return reference
}

process.once('disconnect', () => process.exit())

const portOf = (app: { server: { address(): unknown } }) => (app.server.address() as { port: number }).port
