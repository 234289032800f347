import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Database } from '#server/db/connection.ts'
import { enqueue } from '#server/jobs/enqueue.ts'
import { recordEvidence } from '#server/ledger/actions.ts'
import { freePort } from '#test/support/browser.ts'
import { emptyDatabase, serviceUrl } from '#test/support/db.ts'
import {
  isAlive,
  newFolder,
  postmasterOf,
  project,
  type Service,
  startService,
} from '#test/support/service.ts'

vi.setConfig({ testTimeout: 120_000 })

/** A form whose last bytes never come. From our own page, or it would be refused before its body is read. */
const halfARequest = [
  'POST /sign-in HTTP/1.1',
  'host: here',
  'sec-fetch-site: same-origin',
  'content-type: application/x-www-form-urlencoded',
  'content-length: 9',
  '\r\n',
].join('\r\n')

describe('a service that is asked to stop', () => {
  let db: Database
  let mailServer: Server
  const waiting: Socket[] = []
  const folder = newFolder()

  beforeAll(async () => {
    db = await emptyDatabase()
    // It takes calls, and says nothing.
    mailServer = createServer((socket) => void waiting.push(socket.on('error', () => {})))
    await new Promise<void>((resolve) => mailServer.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    for (const socket of waiting) socket.destroy()
    mailServer.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('ends in time although sockets are kept open and a job waits for a mail server that hangs', async () => {
    const { port } = mailServer.address() as { port: number }
    const service = await startService({
      DATABASE_URL: await serviceUrl(),
      DATA_DIR: folder,
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      LEDGER_HEAD_MAIL: 'records@example.org',
      STOP_SECONDS: '2',
      LOG_LEVEL: 'silent',
    })
    const idle = await openSocket(service, 'GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n')
    const halfAsked = await openSocket(service, halfARequest)
    await recordEvidence(db, {
      kind: 'setting-changed',
      actor_id: null,
      subject: 'x',
      facts: {},
      at: new Date(),
    })
    await enqueue(db, 'sign-ledger-head')
    await until(() => waiting.length > 0)
    const begun = Date.now()
    service.process.kill('SIGTERM')
    const { code } = await service.ended
    expect(code).toBe(0)
    expect(Date.now() - begun).toBeLessThan(10_000)
    idle.destroy()
    halfAsked.destroy()
  })

  test('ends at once at a second signal', async () => {
    const service = await startService({
      DATABASE_URL: await serviceUrl(),
      DATA_DIR: folder,
      STOP_SECONDS: '600',
      LOG_LEVEL: 'silent',
    })
    const socket = await openSocket(service, halfARequest)
    // Answered after the half request was read, so the service knows of it.
    expect(await refuses(service)).toBe(false)
    service.process.kill('SIGTERM')
    await until(() => refuses(service))
    service.process.kill('SIGTERM')
    expect(await service.ended).toMatchObject({ code: 1 })
    socket.destroy()
  })
})

describe('npm start', () => {
  const folder = newFolder()
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('passes SIGTERM on, and leaves neither service nor database behind', () => startAndStop('SIGTERM'))

  test('after a second signal the embedded database is gone too, the next start recovers, and SIGINT is passed on', async () => {
    const service = await startService({ DATA_DIR: folder, STOP_SECONDS: '600', LOG_LEVEL: 'silent' })
    const postmaster = postmasterOf(folder)!
    const socket = await openSocket(service, halfARequest)
    expect(await refuses(service)).toBe(false)
    service.process.kill('SIGINT')
    await until(() => refuses(service))
    service.process.kill('SIGINT')
    expect(await service.ended).toMatchObject({ code: 1 })
    await until(() => !isAlive(postmaster))
    socket.destroy()
    await startAndStop('SIGINT')
  })

  async function startAndStop(signal: NodeJS.Signals): Promise<void> {
    const port = await freePort()
    const npm = spawn('npm', ['start'], {
      cwd: project,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: String(port),
        DATA_DIR: folder,
        LOG_LEVEL: 'silent',
        // Compiled and rendered once for all starts of the tests.
        CACHE_DIR: process.env.CACHE_DIR,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let problems = ''
    npm.stderr.on('data', (chunk) => {
      problems += chunk
    })
    await saysReady(npm)
    const postmaster = postmasterOf(folder)!
    expect(isAlive(postmaster)).toBe(true)
    npm.kill(signal)
    await new Promise((resolve) => npm.once('close', resolve))
    await until(() => !isAlive(postmaster))
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()
    expect(postmasterOf(folder)).toBeNull()
    expect(problems).not.toMatch(/rror/)
  }
})

function openSocket({ address }: Service, text: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = dial(Number(new URL(address).port), '127.0.0.1', () =>
      socket.write(text, () => resolve(socket)),
    )
    socket.once('error', reject)
    socket.on('error', () => {})
  })
}

const refuses = async ({ address }: Service) =>
  fetch(`${address}/healthz`, { headers: { connection: 'close' } }).then(
    () => false,
    () => true,
  )

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20))
}

const saysReady = (npm: ChildProcess) =>
  new Promise<void>((resolve, reject) => {
    npm.stdout?.on('data', (chunk) => String(chunk).includes('is ready') && resolve())
    npm.once('close', () => reject(new Error('It did not start.')))
  })
