import path from 'node:path'
import formbody from '@fastify/formbody'
import Fastify from 'fastify'
import pg from 'pg'
import { buildApp } from '#server/app.ts'
import { readConfig } from '#server/config.ts'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { connect } from '#server/db/connection.ts'

/** The parameters from run.ts: the database, and a lesson with the cookie of someone who can read it. */
export type Order = Readonly<{ url: string; lesson: string; cookie: string }>
export type Ports = Readonly<{ product: number; reference: number }>

const connections = 10
const quietLog = { level: 'info', file: '/dev/null' }

process.once('message', async (order: Order) => {
  process.on('message', () => process.send?.(process.cpuUsage()))
  const { catalogue } = loadCourses(path.join(import.meta.dirname, '../courses'))
  const product = await buildApp({
    db: connect(order.url, connections).db,
    catalogue,
    mail: null,
    clock: () => new Date(),
    config: readConfig({}),
    isDemo: false,
    logger: quietLog,
  })
  await product.listen({ host: '127.0.0.1', port: 0 })
  const page = await product.inject({ url: order.lesson, headers: { cookie: order.cookie } })
  if (page.statusCode !== 200) throw new Error(`The lesson answered ${page.statusCode}.`)
  const reference = await buildReference(order, page.body)
  const ports: Ports = { product: portOf(product), reference: portOf(reference) }
  process.send?.(ports)
})

/** A minimal server for comparison: reads one indexed row, or writes and commits one row, over HTTP. */
async function buildReference({ url }: Order, page: string) {
  const pool = new pg.Pool({ connectionString: url, max: connections })
  const { rows } = await pool.query('select id from people limit 1')
  const reference = Fastify({ logger: quietLog })
  await reference.register(formbody)
  reference.get('/lesson', async (_request, reply) => {
    await pool.query('select id, name, email from people where id = $1', [rows[0].id])
    return reply.type('text/html; charset=utf-8').send(page)
  })
  reference.post('/answers', async (request, reply) => {
    await pool.query('insert into bench_answers (answer) values ($1)', [JSON.stringify(request.body)])
    return reply.redirect('/answered', 303)
  })
  await reference.listen({ host: '127.0.0.1', port: 0 })
  return reference
}

process.once('disconnect', () => process.exit())

const portOf = (app: { server: { address(): unknown } }) => (app.server.address() as { port: number }).port
