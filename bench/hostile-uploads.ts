/**
 * `npm run bench:hostile`: how fast /healthz and a lesson answer, first alone and then while 50 hostile files are uploaded;
 * then the memory after many mixed requests. A real service with its own data folder. Figures are in docs/security.md.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as after } from 'node:timers/promises'
import { deflateSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { demoPassword } from '#server/demo/cast.ts'
import { npmStart } from '#test/support/npm-start.ts'
import { newFolder, project, startService } from '#test/support/service.ts'
import { percentile } from './load.ts'

const requests = Number(process.env.REQUESTS ?? 90_000)
const lesson = '/courses/residential-settings/law-words-role/why-this-training'
const folder = newFolder()
// Behind a proxy, each upload comes from an address of its own: no limit by address stops it.
const { flags, settings: ofStart } = npmStart()
const settings = { ...ofStart, DATA_DIR: folder, LOG_LEVEL: 'error', TRUSTED_PROXY: '127.0.0.1' }
// The first start fills the demonstration; people start with data.
const first = await startService(settings, project, flags)
first.process.kill('SIGTERM')
await first.ended
const service = await startService(settings, project, flags)
await after(20_000)
const memory = () => {
  const status = readFileSync(`/proc/${service.process.pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}
let highest = 0
const sampling = setInterval(() => {
  highest = Math.max(highest, memory())
}, 100)
try {
  const [mai, lee] = [await cookieOf('mai@northstar.example'), await cookieOf('lee@licensing.example')]
  await ask(lesson, mai)
  console.log(`${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}, ${memory()} MB at first`)
  report('alone', await watch(mai, after(10_000)))
  const made = await madeUploads(mai, lee)
  report('while 50 hostile files are uploaded', await watch(mai, sendAll(made)))
  console.log(`${memory()} MB after the uploads, ${highest} at most, load ${loadavg()[0]!.toFixed(1)}`)
  await after(65_000)
  console.log(`${memory()} MB a minute later`)
  await mixed(mai, requests)
  console.log(`${memory()} MB after ${requests} mixed requests`)
  await after(60_000)
  console.log(`${memory()} MB a minute later`)
} finally {
  clearInterval(sampling)
  service.process.kill('SIGTERM')
  await service.ended
  rmSync(folder, { recursive: true, force: true })
}

type Times = Readonly<{ healthz: readonly number[]; lesson: readonly number[]; statuses: string }>

/** Asks both again and again until the work is done. */
async function watch(cookie: string, work: Promise<unknown>): Promise<Times> {
  let isDone = false
  const answers = work.then((value) => {
    isDone = true
    return value
  })
  const time = async (url: string) => {
    const times: number[] = []
    while (!isDone) {
      const began = performance.now()
      await ask(url, cookie)
      times.push(performance.now() - began)
      await after(25)
    }
    return times.sort((a, b) => a - b)
  }
  const [healthz, page] = await Promise.all([time('/healthz'), time(lesson)])
  return { healthz, lesson: page, statuses: JSON.stringify((await answers) ?? '') }
}

function report(when: string, { healthz, lesson: page, statuses }: Times): void {
  const words = (times: readonly number[]) =>
    `median ${percentile(times, 0.5).toFixed(0)}, p99 ${percentile(times, 0.99).toFixed(0)}, longest ${times.at(-1)!.toFixed(0)} ms of ${times.length}`
  console.log(`${when}: /healthz ${words(healthz)}; a lesson ${words(page)} ${statuses}`)
}

type Upload = Readonly<{ url: string; cookie: string; body: Uint8Array<ArrayBuffer>; type: string }>

/**
 * 17 times 20 PDFs of 499 streams, 17 ZIPs that say 1 KB and hold 900 MB, 16 pictures of 20,000 by 20,000. Made before
 * anything is timed, because the clock is in this process, too.
 */
async function madeUploads(learner: string, licensor: string): Promise<readonly Upload[]> {
  const bomb = deflateSync(Buffer.alloc(99_000))
  const stream = Buffer.concat([
    Buffer.from('1 0 obj\n<<>>\nstream\n'),
    bomb,
    Buffer.from('\nendstream\nendobj\n'),
  ])
  const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n'), ...Array(499).fill(stream), Buffer.from('%%EOF\n')])
  const zip = Buffer.from(zipSync({ 'a.pdf': new Uint8Array(900_000_000) }))
  zip.writeUInt32LE(1000, zip.indexOf('PK\u0001\u0002') + 24)
  const png = Buffer.from('89504e470d0a1a0a0000000d4948445200004e2000004e20080600000000000000', 'hex')
  const picture = Buffer.concat([
    png,
    Buffer.alloc(2_000_000),
    Buffer.from('0000000049454e44ae426082', 'hex'),
  ])
  const review = await aReview(licensor)
  return Promise.all([
    upload('/verify', '', Array<Buffer>(20).fill(pdf)),
    upload(`${review}/certificates`, licensor, [zip]),
    upload('/training/elsewhere', learner, [picture]),
  ])
}

async function upload(url: string, cookie: string, files: readonly Buffer[]): Promise<Upload> {
  const form = new FormData()
  for (const [at, file] of files.entries())
    form.append('files', new Blob([new Uint8Array(file)]), `${at}.pdf`)
  const request = new Request('http://127.0.0.1', { method: 'POST', body: form })
  const type = request.headers.get('content-type') ?? ''
  return { url, cookie, body: await request.bytes(), type }
}

/** How many answers had which status. */
async function sendAll(made: readonly Upload[]): Promise<Readonly<Record<string, number>>> {
  const statuses = await Promise.all(Array.from({ length: 50 }, (_, n) => send(made[n % 3]!, n)))
  const byStatus = Object.groupBy(statuses, String)
  return Object.fromEntries(Object.entries(byStatus).map(([name, all]) => [name, all!.length]))
}

async function send({ url, cookie, body, type }: Upload, n: number): Promise<number> {
  const answer = await fetch(new URL(url, service.address), {
    method: 'POST',
    redirect: 'manual',
    headers: {
      cookie,
      'content-type': type,
      'sec-fetch-site': 'same-origin',
      'idempotency-key': randomUUID(),
      'x-forwarded-for': `10.1.${n}.1`,
    },
    body,
  }).catch(() => null)
  await answer?.arrayBuffer()
  return answer?.status ?? 0
}

/** Pages that many people open, 16 at once. */
async function mixed(cookie: string, many: number): Promise<void> {
  const urls = [
    '/',
    lesson,
    '/courses',
    '/account',
    '/rules',
    '/glossary',
    '/verify',
    '/right-now',
    '/search?q=leave',
    '/support',
  ]
  let asked = 0
  const lane = async () => {
    while (asked < many) await ask(urls[asked++ % urls.length]!, cookie)
  }
  await Promise.all(Array.from({ length: 16 }, lane))
}

async function ask(url: string, cookie: string): Promise<void> {
  const headers = { cookie, 'x-forwarded-for': `10.2.${Math.floor(Math.random() * 250)}.1` }
  const answer = await fetch(new URL(url, service.address), { headers, redirect: 'manual' })
  await answer.arrayBuffer()
  if (answer.status !== 200 && answer.status !== 303) throw new Error(`${url} answered ${answer.status}.`)
}

async function cookieOf(email: string): Promise<string> {
  const answer = await post('/sign-in', '', { email, password: demoPassword })
  return answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
}

async function aReview(cookie: string): Promise<string> {
  const page = await (await fetch(new URL('/licensing', service.address), { headers: { cookie } })).text()
  const program = /\/licensing\/programs\/[0-9a-f-]{36}/.exec(page)![0]
  const opened = await post(`${program}/reviews`, cookie, { purpose: 'Licensing review' })
  return opened.headers.get('location')!.replace(/\/people$/, '')
}

function post(url: string, cookie: string, form: Record<string, string>): Promise<Response> {
  return fetch(new URL(url, service.address), {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, 'sec-fetch-site': 'same-origin', 'idempotency-key': randomUUID() },
    body: new URLSearchParams(form),
  })
}
