import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv } from 'ajv'
import { validate } from 'dockerfile-utils'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readConfig } from '#server/config.ts'
import { project } from '#test/support/service.ts'

type Part = Readonly<{
  build?: string
  image?: string
  command?: string | readonly string[]
  environment?: Readonly<Record<string, string>>
  volumes?: readonly string[]
  depends_on?: readonly string[] | Readonly<Record<string, unknown>>
}>
type Compose = Readonly<{
  services: Readonly<Record<string, Part>>
  volumes: Readonly<Record<string, unknown>>
}>

const given: Readonly<Record<string, string>> = {
  HOSTNAME_PUBLIC: 'training.lakes.example',
  DATABASE_PASSWORD: 'a-password',
  DATABASE_ADMIN_PASSWORD: 'another-password',
}
const filledIn = (text: string) =>
  text.replace(/\$\{(\w+)(:\?|:-)([^}]*)\}/g, (_whole, name, _kind, fallback) => given[name] ?? fallback)

const read = (file: string) => readFileSync(path.join(project, file), 'utf8')
const compose = parse(filledIn(read('compose.yaml')), { merge: true }) as Compose
const { services } = compose

// No container engine runs here, so this is what can be known without one. The image's steps: test/faults/image.test.ts.
test('compose.yaml is one by the Compose specification, and the Dockerfile has no mistake that a linter knows', () => {
  // github.com/compose-spec/compose-spec, schema/compose-spec.json, Apache-2.0.
  const schema = JSON.parse(read('test/docs/compose-spec.json'))
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
  const isCompose = ajv.compile({ ...schema, $schema: 'http://json-schema.org/draft-07/schema#' })
  expect([isCompose(compose), isCompose.errors]).toEqual([true, null])
  expect(isCompose({ services: { web: { imag: 'postgres' } } })).toBe(false)
  expect(validate(read('Dockerfile'))).toEqual([])
  expect(validate('FROM node\nRUM npm ci').length).toBeGreaterThan(0)
})

test('compose.yaml names services, volumes and settings that exist, and the service accepts those settings', () => {
  for (const [name, part] of Object.entries(services)) {
    expect([name, Boolean(part.build) !== Boolean(part.image)]).toEqual([name, true])
    const needed = Array.isArray(part.depends_on) ? part.depends_on : Object.keys(part.depends_on ?? {})
    expect(needed.filter((one) => !(one in services))).toEqual([])
    const named = (part.volumes ?? []).map((one) => one.split(':')[0]!).filter((one) => !/^[./]/.test(one))
    expect(named.filter((one) => !(one in compose.volumes))).toEqual([])
  }
  const { web, worker, migration } = services
  // The owner's password is where migrations run, and nowhere else.
  expect(readConfig({ ...migration?.environment }).databaseAdminUrl).toContain('another-password')
  expect(JSON.stringify([web, worker])).not.toContain('another-password')
  expect(worker?.environment).toEqual(web?.environment)
  expect(worker?.volumes).toEqual(web?.volumes)
  const config = readConfig({ ...web?.environment, NODE_ENV: 'production', DATA_DIR: '/data' })
  expect(config).toMatchObject({ jobs: 'apart', https: true, demo: 'no', port: 3000 })
  expect(new URL(config.databaseUrl!).hostname in services).toBe(true)
  expect(new URL(config.smtpUrl!).hostname in services).toBe(true)
})

test('the image copies what is there, and starts what is there', () => {
  const lines = read('Dockerfile').split('\n')
  const { node } = JSON.parse(read('package.json')).dependencies
  const bases = lines.filter((line) => line.startsWith('FROM')).map((line) => line.split(' ')[1])
  expect(new Set(bases)).toEqual(new Set([`node:${node}-bookworm-slim`]))
  const copied = lines
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
    .flatMap((line) => line.split(' ').slice(1, -1))
  expect(copied).toContain('server')
  for (const kept of ['.git', '.env', 'data']) expect(read('.dockerignore').split('\n')).toContain(kept)
  expect(copied.filter((one) => !existsSync(path.join(project, one)))).toEqual([])
  const starts = [lines.find((line) => line.startsWith('CMD'))!, String(services.worker?.command)]
  for (const start of starts) {
    const file = /server\/\w+\.ts/.exec(start)![0]
    expect(existsSync(path.join(project, file))).toBe(true)
  }
})

test('the unit for systemd starts what npm start starts, and all that a start writes is where it may write', () => {
  const lines = read('ops/safe-harbor-training.service').split('\n')
  const of = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1))
  const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } }
  const [settings, command] = scripts.start.split(' exec ')
  const [home] = of('WorkingDirectory')
  expect(of('ExecStart')).toEqual([`${home}/node_modules/.bin/${command}`])
  expect(of('Environment')).toContain(settings)
  // The checkout is read-only, so what a start makes goes below DATA_DIR, in the one folder that systemd opens.
  expect(of('ProtectSystem')).toEqual(['strict'])
  const writable = `/var/lib/${of('StateDirectory')[0]}`
  const given = of('Environment').flatMap((line) =>
    line.split(' ').map((one) => one.split('=') as [string, string]),
  )
  const { dataDir, cacheDir, keysFile } = readConfig(Object.fromEntries(given))
  expect([dataDir, cacheDir, keysFile]).toEqual([writable, `${writable}/cache`, `${writable}/keys.json`])
})
