/**
 * `npm run bench:log`: people sign in and take a module on the real service, as their browsers ask for it. Says how many
 * bytes the log has for each kind of request, and for a day of 10,000 such people. With a number, so many people.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { loadCourses } from '#server/courses/authoring/load.ts'
import type { Module } from '#server/courses/catalogue/catalogue.ts'
import { connect } from '#server/db/connection.ts'
import { runningUrl } from '#server/db/embedded.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { startService } from '#test/support/service.ts'
import { type Learner, makeLearners } from './learners.ts'

const many = Number(process.argv[2] ?? 40)
const aDay = 10_000

const { catalogue } = loadCourses(path.join(import.meta.dirname, '../courses'))
const course = catalogue.courses.get('residential-settings')!.current
const module = course.modules[0]!
const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-log-'))
const service = await startService({ DATA_DIR: folder, LOG_FORMAT: 'json' })
try {
  const before = service.stdout().length
  for (const { email, learner } of await people()) await takeAModule(email, learner, module)
  report(service.stdout().slice(before))
} finally {
  service.process.kill('SIGTERM')
  await service.ended
  rmSync(folder, { recursive: true, force: true })
}

async function people() {
  const { db } = connect(runningUrl(folder), 2)
  const learners = await makeLearners(db, course, module, many)
  const { rows } = await sql<{ email: string }>`
    update people set password_hash = (select password_hash from people where email = 'ada@northstar.example')
    where email like '%@bench.example' returning email`.execute(db)
  // Whose attempt it is doesn't matter here: each learner keeps their own session for the module.
  await db.destroy()
  return learners.map((learner, n) => ({ learner, email: rows[n]!.email }))
}

/** A day of one person: signing in, looking at what is asked of them, and a module with all of its questions. */
async function takeAModule(email: string, { cookie, address, answers }: Learner, { slug, lessons }: Module) {
  await get('/sign-in', '')
  await post('/sign-in', '', new URLSearchParams({ email, password: demoPassword, next: '' }))
  for (const page of ['/', '/courses', `/courses/${course.slug}`, '/notices']) await get(page, cookie)
  const files = new Set<string>()
  for (const lesson of lessons) {
    const at = `/courses/${course.slug}/${slug}/${lesson.slug}`
    const html = await get(at, cookie)
    for (const file of filesOf(html)) {
      // A browser keeps them.
      if (!files.has(file)) await get(file, cookie)
      files.add(file)
    }
    const opened = /name="opened" value="([^"]*)"/.exec(html)?.[1] ?? ''
    // A page that is open tells so once a minute.
    for (let minute = 1; minute <= lesson.minutes; minute++)
      await post(`${at}/time`, cookie, new URLSearchParams({ opened, seconds: String(60 * minute) }))
    await post(`${at}/finished`, cookie, new URLSearchParams({ opened }))
  }
  const attempt = address.replace(/\/answers$/, '')
  for (const answer of answers) {
    await get(attempt, cookie)
    await post(address, cookie, new URLSearchParams(answer))
  }
  await get(attempt, cookie)
}

function filesOf(html: string): readonly string[] {
  const names = html.matchAll(/(?:src|href)="(\/[^"]+\.(?:css|js|woff2|svg|png|webp|avif))"/g)
  return [...names].map(([, file]) => file!)
}

async function get(page: string, cookie: string): Promise<string> {
  const answer = await fetch(service.address + page, { headers: { cookie }, redirect: 'manual' })
  return answer.text()
}

async function post(page: string, cookie: string, body: URLSearchParams): Promise<void> {
  const headers = { cookie, 'sec-fetch-site': 'same-origin' }
  await (await fetch(service.address + page, { method: 'POST', redirect: 'manual', headers, body })).text()
}

function report(log: string): void {
  const kinds = new Map<string, { lines: number; bytes: number; statuses: Set<number> }>()
  let total = 0
  for (const line of log.split('\n').filter((one) => one.startsWith('{'))) {
    const { req, res, msg } = JSON.parse(line)
    const name = req ? `${req.method} ${req.route}` : msg
    const kind = kinds.get(name) ?? { lines: 0, bytes: 0, statuses: new Set<number>() }
    const bytes = Buffer.byteLength(line) + 1
    kinds.set(name, {
      lines: kind.lines + 1,
      bytes: kind.bytes + bytes,
      statuses: res ? kind.statuses.add(res.statusCode) : kind.statuses,
    })
    total += bytes
  }
  const lines = [...kinds.values()].reduce((sum, kind) => sum + kind.lines, 0)
  for (const [name, kind] of [...kinds].sort(([, a], [, b]) => b.bytes - a.bytes))
    console.log(
      `${(kind.lines / many).toFixed(1).padStart(6)} a person, ${Math.round(kind.bytes / kind.lines)} bytes each (${[...kind.statuses].join(', ')}): ${name}`,
    )
  console.log(
    `${lines} lines of ${Math.round(total / lines)} bytes; ${(lines / many).toFixed(1)} a person; a day of ${aDay} people: ${Math.round(((total / many) * aDay) / 1e6)} MB`,
  )
}
