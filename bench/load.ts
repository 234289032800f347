import { Pool } from 'undici'

export type Round = Readonly<{ perSecond: number /** Milliseconds, sorted. */; times: readonly number[] }>

export type Ask = Readonly<{
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body?: string
}>

/**
 * Runs `lanes` lanes in parallel. Each takes the next list of requests and sends them one after another, as one person
 * does. The round ends when no list is left. A status other than `expected` ends the run.
 */
export async function drive({
  port,
  lanes,
  lists,
  expected,
}: Readonly<{
  port: number
  lanes: number
  lists: readonly (readonly Ask[])[]
  expected: number
}>): Promise<Round> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: lanes, pipelining: 1 })
  const waiting = lists.values()
  const times: number[] = []
  const lane = async () => {
    for (const list of waiting)
      for (const ask of list) {
        const began = performance.now()
        const { statusCode, body } = await pool.request(ask)
        await body.dump({ limit: 10_000_000 })
        times.push(performance.now() - began)
        if (statusCode !== expected) throw new Error(`${ask.method} ${ask.path} answered ${statusCode}.`)
      }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: lanes }, lane))
  const seconds = (performance.now() - began) / 1000
  await pool.close()
  return { perSecond: times.length / seconds, times: times.sort((a, b) => a - b) }
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!

export const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!
