import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from './browser.ts'

export const project = path.join(import.meta.dirname, '../..')

const node = path.join(project, 'node_modules/.bin/node')

export type Ended = Readonly<{
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}>

export type Service = Readonly<{
  process: ChildProcess
  address: string
  /** What it has printed so far. */
  stdout: () => string
  ended: Promise<Ended>
}>

type Settings = Readonly<Record<string, string>>

/** A folder of its own for one installation; the caller removes it. */
export const newFolder = () => mkdtempSync(path.join(tmpdir(), 'safe-harbor-start-'))

/** Starts the service with these settings and no others, and waits until it says it is ready. */
export async function startService(
  settings: Settings,
  root = project,
  flags: readonly string[] = [],
): Promise<Service> {
  const port = settings.PORT ?? String(await freePort())
  const service = launch(['server/main.ts'], { ...settings, PORT: port }, root, flags)
  const ready = new Promise<void>((resolve) => {
    service.process.stdout?.on('data', () => service.stdout().includes('is ready') && resolve())
  })
  // As a load balancer does, from the first moment on.
  const probe = setInterval(() => fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null), 50)
  const outcome = await Promise.race([ready, service.ended])
  clearInterval(probe)
  if (outcome) throw new Error(`It did not start (${outcome.code}).\n${outcome.stdout}\n${outcome.stderr}`)
  return { ...service, address: `http://127.0.0.1:${port}` }
}

/** Starts a process that only runs jobs, as `npm run worker` does, and waits until it says it is ready. */
export async function startWorker(settings: Settings): Promise<Omit<Service, 'address'>> {
  const worker = launch(['server/worker.ts'], settings, project)
  const ready = new Promise<void>((resolve) => {
    worker.process.stdout?.on('data', () => worker.stdout().includes('is ready') && resolve())
  })
  const outcome = await Promise.race([ready, worker.ended])
  if (outcome) throw new Error(`It did not start (${outcome.code}).\n${outcome.stdout}\n${outcome.stderr}`)
  return worker
}

/** Runs a start or a command and waits until it exits. */
export const run = (args: readonly string[], settings: Settings, root = project): Promise<Ended> =>
  launch(args, settings, root).ended

function launch(
  args: readonly string[],
  settings: Settings,
  root: string,
  flags: readonly string[] = [],
): Omit<Service, 'address'> {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '', CACHE_DIR = '' } = process.env
  const child = spawn(node, [...flags, path.join(root, args[0]!), ...args.slice(1)], {
    // Not the project's folder, because it may have a developer's .env file.
    cwd: tmpdir(),
    env: { PATH, HOME, NODE_COMPILE_CACHE, CACHE_DIR, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  )
  return { process: child, stdout: () => stdout, ended }
}

/** The process id of the embedded PostgreSQL of a data folder, as PostgreSQL itself wrote it down. */
export function postmasterOf(folder: string): number | null {
  const file = path.join(folder, 'postgres/postmaster.pid')
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0
  return pid > 1 ? pid : null
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch {
    return false
  }
}

/** A zombie process: killed, but its exit code has not been collected. */
function isZombie(pid: number): boolean {
  const status = `/proc/${pid}/stat`
  return existsSync(status) && readFileSync(status, 'utf8').split(') ').at(-1)!.startsWith('Z')
}

/** `kill -9` of a process and of all that it started, as when the machine's power goes. */
export function killAll(pid: number): void {
  // 0 would be this very process and all beside it.
  if (!(pid > 1)) throw new Error(`${pid} is no process to kill.`)
  for (const one of [pid, ...childrenOf(pid)]) {
    try {
      process.kill(one, 'SIGKILL')
    } catch {
      // It was gone already.
    }
  }
}

export function childrenOf(pid: number): number[] {
  if (existsSync('/proc/self/stat'))
    return readdirSync('/proc').flatMap((entry) => {
      const file = `/proc/${entry}/stat`
      if (!/^\d+$/.test(entry) || !existsSync(file)) return []
      return readFileSync(file, 'utf8').split(') ').at(-1)!.split(' ')[1] === String(pid)
        ? [Number(entry)]
        : []
    })
  return spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .stdout.split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (child && parent === pid ? [child] : []))
}

/** A person's way into a running service: asks as a browser does, and keeps the cookie. */
export class Visitor {
  readonly #address: string
  #cookie = ''

  constructor(address: string) {
    this.#address = address
  }

  async get(url: string): Promise<{ status: number; body: string }> {
    const answer = await fetch(new URL(url, this.#address), {
      headers: { cookie: this.#cookie },
      redirect: 'manual',
    })
    return { status: answer.status, body: await answer.text() }
  }

  async post(
    url: string,
    form: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<number> {
    const answer = await fetch(new URL(url, this.#address), {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: this.#cookie,
        'sec-fetch-site': 'same-origin',
        'idempotency-key': randomUUID(),
        ...headers,
      },
      body: new URLSearchParams(form),
    })
    await answer.arrayBuffer()
    const [cookie] = answer.headers.getSetCookie()
    if (cookie) this.#cookie = cookie.split(';')[0]!
    return answer.status
  }
}
