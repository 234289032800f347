import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { isDatabaseAway } from '#server/db/away.ts'
import { connect } from '#server/db/connection.ts'
import { emptyDatabase, serviceUrl } from '#test/support/db.ts'

/** A way to the database that can stop passing anything on without closing a connection, as a firewall does. */
async function aWay(url: string) {
  const { hostname, port } = new URL(url)
  const sockets: Socket[] = []
  const server = createServer((from) => {
    const to = dial(Number(port), hostname)
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const)
      one.on('error', () => other.destroy()).pipe(other)
    sockets.push(from, to)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const through = new URL(url)
  through.port = String((server.address() as AddressInfo).port)
  let isCut = false
  const cut = () => {
    isCut = true
    for (const socket of sockets) socket.unpipe()
  }
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { url: through.href, cut, isCut: () => isCut, close }
}

let end = () => {}
afterAll(() => end())

test.each([
  ['directly', ''],
  ['by way of a pooler', '?pgbouncer=true'],
])(
  'a network that is cut without a word fails what waits for an answer, and the next request gets a new connection: %s',
  async (_, more) => {
    await emptyDatabase()
    const way = await aWay(`${await serviceUrl()}${more}`)
    const { db, pool } = connect(way.url, 2, { connectionSeconds: 5, statementSeconds: 0.2 })
    end = () => {
      void db.destroy()
      way.close()
    }
    const ask = () => sql`select ${1}::int as one`.execute(db)
    await Promise.all([ask(), ask()])
    const inTransaction = db.transaction().execute(async (trx) => {
      await sql`select ${2}::int`.execute(trx)
      way.cut()
      await sql`select ${3}::int`.execute(trx)
    })
    await expect.poll(way.isCut).toBe(true)
    const waiting = await Promise.allSettled([inTransaction, ask()])
    for (const one of waiting) {
      expect(one.status).toBe('rejected')
      if (one.status === 'rejected') expect(isDatabaseAway(one.reason), String(one.reason)).toBe(true)
    }
    expect((await Promise.all([ask(), ask()])).flatMap(({ rows }) => rows)).toEqual([{ one: 1 }, { one: 1 }])
    expect(pool.totalCount).toBe(2)
    end()
  },
)
