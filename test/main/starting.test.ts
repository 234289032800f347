import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import path from 'node:path'
import pg from 'pg'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { readConfig } from '#server/config.ts'
import { runningUrl } from '#server/db/embedded.ts'
import { demoCast, demoPassword } from '#server/demo/cast.ts'
import { freePort } from '#test/support/browser.ts'
import { databaseUrl, emptyDatabase } from '#test/support/db.ts'
import {
  isAlive,
  killAll,
  newFolder,
  postmasterOf,
  project,
  run,
  type Service,
  startService,
  Visitor,
} from '#test/support/service.ts'
import { openedIn } from '#test/support/taking.ts'

// Starts are real ones: a cluster is made and written through to the disk, on whatever machine runs the tests.
vi.setConfig({ testTimeout: 120_000 })

const { version } = readConfig({})
const lesson = '/courses/residential-settings/law-words-role/why-this-training'

describe('one installation, from its first start on', () => {
  const folder = newFolder()
  const settings = { DATA_DIR: folder, TRUSTED_PROXY: '127.0.0.1' }
  let service: Service | undefined
  const running = async () => {
    service ??= await startService(settings)
    return service
  }
  const stopped = async (signal: NodeJS.Signals) => {
    const { process, ended } = await running()
    process.kill(signal)
    service = undefined
    return ended
  }
  const stopsInOrder = async (signal: NodeJS.Signals) => {
    await running()
    const postmaster = postmasterOf(folder)!
    expect(isAlive(postmaster)).toBe(true)
    expect(await stopped(signal)).toMatchObject({ code: 0, stderr: '' })
    expect(isAlive(postmaster)).toBe(false)
    expect(postmasterOf(folder)).toBeNull()
  }
  afterAll(async () => {
    if (service) await stopped('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  })

  test('the first start creates the database, adds demonstration data and prints how to sign in', async () => {
    const { address, stdout } = await running()
    for (const said of [address, folder, demoPassword, 'Ctrl-C', ...demoCast.map(({ email }) => email)])
      expect(stdout()).toContain(said)
    const visitor = new Visitor(address)
    expect(JSON.parse((await visitor.get('/healthz')).body)).toEqual({ status: 'alive', version })
    const readiness = async () => JSON.parse((await visitor.get('/readyz')).body)
    // The demonstration's ledger is signed right after the start.
    await expect
      .poll(readiness, { timeout: 60_000 })
      .toMatchObject({ status: 'ready', database: 'reached', schema: 'current' })
    expect((await visitor.get('/sign-in')).body).toContain('Demonstration: every person')
  })

  test('a second start on the same data is refused, and the first keeps running', async () => {
    const { address } = await running()
    const second = await run(['server/main.ts'], { ...settings, PORT: String(await freePort()) })
    expect(second.code).toBe(1)
    expect(second.stderr).toContain(`is already running with the data in ${folder}, at ${address}`)
    expect(second.stderr).not.toContain('    at ')
    await isReady(address)
  })

  test('a command invites an administrator while the service runs, with a link that works once', async () => {
    const { address } = await running()
    const invited = await run(
      ['server/cli/admin.ts', 'invite-administrator', '--email', 'root@real.example'],
      {
        ...settings,
        PORT: new URL(address).port,
      },
    )
    expect(invited).toMatchObject({ code: 0, stderr: '' })
    const link = /http\S+\/link\/\S+/.exec(invited.stdout)![0]
    const visitor = new Visitor(address)
    const password = { password: 'seven quiet harbors at dawn' }
    expect((await visitor.get(link)).body).toContain('root@real.example')
    expect(await visitor.post(link, password)).toBe(303)
    expect((await visitor.get(link)).status).toBe(410)
    expect(await visitor.post(link, password)).toBe(410)
    expect(await visitor.post('/sign-in', { email: 'root@real.example', password: password.password })).toBe(
      303,
    )
  })

  test('SIGTERM stops the service and its database in order, and leaves nothing running', () =>
    stopsInOrder('SIGTERM'))

  test('after kill -9 of the service, the next start recovers with all finished lessons', async () => {
    const { address } = await running()
    const ada = await signedIn(address)
    await ada.post('/courses/residential-settings/enrollment')
    const opened = openedIn((await ada.get(lesson)).body)
    expect(await ada.post(`${lesson}/finished`, { opened })).toBe(303)
    const orphan = postmasterOf(folder)!
    await stopped('SIGKILL')
    expect(isAlive(orphan)).toBe(true)
    const again = await running()
    expect(isAlive(orphan)).toBe(false)
    const page = await (await signedIn(again.address)).get('/courses/residential-settings')
    expect(page.body).toMatch(/Why this training exists<\/a> <span class="quiet">read/)
  })

  test('after kill -9 of the service and its database while it writes, nothing acknowledged is lost', async () => {
    const { address, process, ended } = await running()
    const ada = await signedIn(address)
    let written = 0
    const acknowledged: string[] = []
    const write = async () => {
      for (;;) {
        const mine = `Mistake ${++written}`
        const report = { version: '2.0.0', body: mine }
        // Each from an address of its own, since one may report only so many.
        const from = { 'x-forwarded-for': `10.0.${written >> 8}.${written & 255}` }
        const status = await ada.post(`${lesson}/mistake`, report, from).catch(() => 0)
        if (status !== 303) return
        acknowledged.push(mine)
      }
    }
    const writers = Promise.all([write(), write(), write(), write()])
    while (acknowledged.length < 100) await new Promise((resolve) => setTimeout(resolve, 10))
    const postmaster = postmasterOf(folder)!
    process.kill('SIGKILL')
    killAll(postmaster)
    await Promise.all([writers, ended])
    service = undefined
    await running()
    const client = new pg.Client({ connectionString: runningUrl(folder) })
    await client.connect()
    const { rows } = await client.query<{ body: string }>('select body from lesson_mistakes')
    await client.end()
    const kept = new Set(rows.map(({ body }) => body))
    expect(acknowledged.filter((one) => !kept.has(one))).toEqual([])
    expect(kept.size).toBe(rows.length)
  })

  test('Ctrl-C stops the service and its database in order, and leaves nothing running', () =>
    stopsInOrder('SIGINT'))

  test('a port in use gives a clear message, and the database is stopped again', async () => {
    if (service) await stopped('SIGTERM')
    const other = await listening()
    const { port } = other.address() as { port: number }
    const { code, stderr } = await run(['server/main.ts'], { ...settings, PORT: String(port) })
    other.close()
    expect(code).toBe(1)
    expect(stderr).toBe(
      `Port ${port} is used by another program. Stop that program, or choose another port with PORT=3001 npm start.\n`,
    )
    expect(postmasterOf(folder)).toBeNull()
  })

  test('a demonstration is not served at an https address, unless it is public', async () => {
    if (service) await stopped('SIGTERM')
    const atHttps = { ...settings, BASE_URL: 'https://training.lakes.example' }
    const refused = await run(['server/main.ts'], atHttps)
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('This database holds the demonstration'),
    ])
    expect(postmasterOf(folder)).toBeNull()
    service = await startService({ ...atHttps, DEMO: 'public' })
    expect((await new Visitor(service.address).get('/courses')).body).toContain('Public demonstration')
  })
})

describe('a refused start', () => {
  test.each([
    ['a port that is none', { PORT: 'eighty' }, /^PORT=eighty must be a whole number/],
    [
      'an open address without https',
      { HOST: '0.0.0.0' },
      /^HOST=0\.0\.0\.0 can be reached from other machines/,
    ],
  ])(
    '%s is refused with the name of the setting, before anything is made',
    async (_name, settings, words) => {
      const folder = newFolder()
      const { code, stderr } = await run(['server/main.ts'], { DATA_DIR: folder, ...settings })
      expect(code).toBe(2)
      expect(stderr).toMatch(words)
      expect(stderr.trim().split('\n')).toHaveLength(1)
      expect(readdirSync(folder)).toEqual([])
      rmSync(folder, { recursive: true })
    },
  )

  test('an unreachable database is reported without its password', async () => {
    const url = `postgres://someone:hidden@127.0.0.1:${await freePort()}/training`
    const settings = { DATABASE_URL: url, DATABASE_START_SECONDS: '1' }
    const { code, stderr } = await run(['server/main.ts'], settings)
    expect(code).toBe(1)
    expect(stderr).toContain('The database does not answer yet.')
    expect(stderr).toContain('The database could not be opened.')
    expect(stderr).not.toContain('hidden')
  })

  test("a course with an error stops the start with the author's message", async () => {
    const folder = newFolder()
    const courses = path.join(folder, 'courses')
    cpSync(path.join(project, 'test/courses/fixture'), courses, { recursive: true })
    writeFileSync(
      path.join(courses, 'welcome/01-first-day/module.yml'),
      'title: The law\ndraw: 8\npass_mark: lots\n',
    )
    // A cache of its own, so that the project's courses stay rendered for the other starts.
    const settings = { DATA_DIR: folder, COURSES_DIR: courses, CACHE_DIR: path.join(folder, 'cache') }
    const { code, stderr } = await run(['server/main.ts'], settings)
    expect(code).toBe(1)
    expect(stderr).toMatch(/welcome\/01-first-day\/module\.yml:3/)
    expect(stderr).toContain('npm run courses:check')
    expect(existsSync(path.join(folder, 'postgres'))).toBe(false)
    rmSync(folder, { recursive: true })
  })
})

describe('a start for real work', () => {
  const linkIn = (text: string) => /http\S+\/setup\/[\w-]{27}/.exec(text)?.[0]

  test('with DEMO=no opens set-up by a link, and another command makes another one; the invented people stay out', async () => {
    const folder = newFolder()
    const settings = { DATA_DIR: folder, DEMO: 'no' }
    const service = await startService(settings)
    expect(service.stdout()).not.toContain(demoPassword)
    const link = linkIn(service.stdout())!
    const visitor = new Visitor(service.address)
    expect((await visitor.get(link)).body).toContain('What is this installation?')
    const command = await run(['server/cli/admin.ts', 'setup-link'], {
      ...settings,
      PORT: new URL(service.address).port,
    })
    expect(command).toMatchObject({ code: 0, stderr: '' })
    expect((await visitor.get(link)).status).toBe(410)
    const step = await visitor.post(linkIn(command.stdout)!, {
      name: 'Lakes Training',
      agency: 'Lakes County',
      contact_name: 'Training office',
      contact_email: 'training@lakes.example',
    })
    expect(step).toBe(303)
    service.process.kill('SIGTERM')
    await service.ended
    // Begun as a real one, it stays one, whatever DEMO says.
    const again = await startService({ DATA_DIR: folder })
    expect([again.stdout().includes(demoPassword), linkIn(again.stdout()) !== undefined]).toEqual([
      false,
      true,
    ])
    again.process.kill('SIGTERM')
    await again.ended
    rmSync(folder, { recursive: true, force: true })
  })

  test('at an https address never fills in the demonstration', async () => {
    const folder = newFolder()
    const settings = { DATA_DIR: folder, BASE_URL: 'https://training.lakes.example' }
    const real = await startService(settings)
    expect(real.stdout()).toContain('https://training.lakes.example/setup/')
    expect(real.stdout()).not.toContain(demoPassword)
    real.process.kill('SIGTERM')
    await real.ended
    const demo = await run(['server/cli/demo.ts'], settings)
    expect([demo.code, demo.stderr]).toEqual([
      1,
      expect.stringContaining('invented people stay on this machine'),
    ])
    rmSync(folder, { recursive: true, force: true })
  })
})

describe('a start on a database of the organization', () => {
  test('starts nothing embedded, and fills in no demonstration', async () => {
    const db = await emptyDatabase()
    const folder = newFolder()
    const service = await startService({ DATABASE_URL: await databaseUrl(), DATA_DIR: folder })
    expect(service.stdout()).toContain('Data: the database at DATABASE_URL')
    expect(service.stdout()).not.toContain('Demonstration')
    expect(service.stdout()).toContain('/setup/')
    await isReady(service.address)
    expect((await new Visitor(service.address).get('/')).body).not.toContain('Demonstration')
    expect(await db.selectFrom('people').select('id').execute()).toEqual([])
    expect(existsSync(path.join(folder, 'postgres'))).toBe(false)
    service.process.kill('SIGTERM')
    // This role owns the database.
    const { code, stderr } = await service.ended
    expect([code, stderr]).toEqual([0, expect.stringContaining('The service could change evidence.')])
    rmSync(folder, { recursive: true, force: true })
  })
})

/** On a crowded machine, a part of the page may not answer in its time at first. */
const isReady = (address: string) =>
  expect.poll(async () => (await new Visitor(address).get('/readyz')).status, { timeout: 60_000 }).toBe(200)

async function signedIn(address: string): Promise<Visitor> {
  const visitor = new Visitor(address)
  expect(await visitor.post('/sign-in', { email: 'ada@northstar.example', password: demoPassword })).toBe(303)
  return visitor
}

function listening(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}
