import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompressSync } from 'node:zlib'
import Fastify from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Assets, assetFiles, openAssets } from '#server/web/assets.ts'
import { security } from '#server/web/security-headers.ts'

let assets: Assets
let css: string

beforeAll(async () => {
  assets = await openAssets(process.env.CACHE_DIR!)
  css = await readFile(path.join(assets.folder, path.basename(assets.asset('styles.css'))), 'utf8')
})

describe('colors', () => {
  const text: readonly (readonly [string, readonly string[]])[] = [
    [
      'ink',
      [
        'ground',
        'card',
        'sunken',
        'primary-soft',
        'good-soft',
        'caution-soft',
        'stop-soft',
        'fig-soft',
        'fig-notice',
      ],
    ],
    ['quiet', ['ground', 'card', 'sunken', 'primary-soft', 'good-soft', 'caution-soft', 'stop-soft']],
    ['link', ['ground', 'card', 'sunken', 'primary-soft', 'good-soft', 'caution-soft', 'stop-soft']],
    ['link-hover', ['ground', 'card', 'sunken', 'primary-soft', 'good-soft', 'caution-soft', 'stop-soft']],
    ['link-visited', ['ground', 'card', 'sunken']],
    ['on-primary', ['primary', 'primary-hover', 'primary-active']],
    ['on-disabled', ['disabled', 'card', 'ground']],
    ['good', ['ground', 'card', 'good-soft']],
    ['caution', ['ground', 'card', 'caution-soft']],
    ['stop', ['ground', 'card', 'stop-soft']],
    ['fig-on-strong', ['fig-strong']],
  ]
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['edge', ['ground', 'card', 'sunken']],
    ['primary', ['ground', 'card', 'primary-soft']],
    ['focus', ['ground', 'card', 'sunken', 'primary-soft', 'good-soft', 'caution-soft', 'stop-soft']],
    ['lantern', ['ground', 'card', 'line']],
    ['good', ['sunken', 'card']],
    ['caution', ['sunken', 'card']],
    ['stop', ['sunken', 'card']],
    ['fig-line', ['ground', 'card', 'fig-soft']],
    ['fig-strong', ['ground', 'card']],
    ['fig-notice-line', ['ground', 'fig-notice']],
  ]

  for (const scheme of ['light', 'dark'] as const) {
    it(`every text has a contrast of at least 4.5:1 in the ${scheme} scheme`, () => {
      expect(pairsBelow(text, 4.5, scheme)).toEqual([])
    })
    it(`every part of a control has a contrast of at least 3:1 in the ${scheme} scheme`, () => {
      expect(pairsBelow(parts, 3, scheme)).toEqual([])
    })
  }

  it('the stylesheet uses colors only from the roles', () => {
    const rules = css.replace(/--[\w-]+:[^;}]+/g, '')
    expect(rules.match(/#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(/gi) ?? []).toEqual([])
  })

  it('every custom property that is used is declared', () => {
    const declared = new Set([...css.matchAll(/--([\w-]+):/g)].map((match) => match[1]))
    const used = [...css.matchAll(/var\(--([\w-]+)/g)].map((match) => match[1])
    expect(used.filter((name) => !declared.has(name))).toEqual([])
  })

  function pairsBelow(pairs: typeof text, least: number, scheme: 'light' | 'dark'): string[] {
    const roles = rolesOf(scheme)
    return pairs.flatMap(([front, grounds]) =>
      grounds
        .map((ground) => ({
          pair: `${front} on ${ground}`,
          ratio: contrast(roles.get(front)!, roles.get(ground)!),
        }))
        .filter(({ ratio }) => !(ratio >= least))
        .map(({ pair, ratio }) => `${pair}: ${ratio.toFixed(2)}`),
    )
  }

  function rolesOf(scheme: 'light' | 'dark'): Map<string, string> {
    const blocks = [...css.matchAll(/:root(?::not\([^)]*\))?\{([^}]*)\}/g)].map((match) => match[1] ?? '')
    const block = blocks.filter((one) => one.includes('--ground:'))[scheme === 'light' ? 0 : 1] ?? ''
    return new Map(
      [...block.matchAll(/--([\w-]+):\s*([^;]+)/g)].map(([, name = '', value = '']) => [name, value]),
    )
  }
})

describe('static files', () => {
  it('the stylesheet is at most 20 KB over the wire', async () => {
    const file = path.join(assets.folder, path.basename(assets.asset('styles.css')))
    const packed = await readFile(`${file}.br`)
    expect(packed.length).toBeLessThan(20_000)
    expect(brotliDecompressSync(packed).toString()).toBe(css)
  })

  it('each harbor scene is a drawing of less than 6 KB without lettering', async () => {
    const folder = path.join(import.meta.dirname, '../../static/images/scenes')
    const scenes = await readdir(folder)
    expect(scenes.length).toBeGreaterThanOrEqual(12)
    for (const scene of scenes) {
      const drawing = await readFile(path.join(folder, scene))
      expect([scene, drawing.length < 6000]).toEqual([scene, true])
      expect(drawing.toString()).not.toMatch(/<text|<image|<script|gradient/i)
    }
  })

  it('everything the stylesheet links to exists', async () => {
    const files = await readdir(assets.folder)
    const linked = [...css.matchAll(/url\(([^)]*)\)/g)]
      .map((match) => match[1] ?? '')
      .filter((name) => name !== '""' && !name.startsWith('"data:'))
    expect(linked.length).toBeGreaterThan(10)
    expect(linked.filter((name) => !files.includes(name))).toEqual([])
  })

  it('a first lesson loads at most 77 KB of fonts, styles and scripts', async () => {
    const faces = [
      'public-sans-latin-400-normal',
      'public-sans-latin-700-normal',
      'source-serif-4-latin-400-normal',
    ]
    const names = [
      'styles.css',
      'site.js',
      'offline.js',
      'lesson-terms.js',
      'lesson-place.js',
      'arrange.js',
      'favicon.svg',
      ...faces.map((face) => `${face}.woff2`),
    ]
    const sizes = await Promise.all(
      names.map(async (name) => {
        const file = path.join(assets.folder, path.basename(assets.asset(name)))
        return (await readFile(name.endsWith('woff2') ? file : `${file}.br`)).length
      }),
    )
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(77_000)
  })

  it('all scripts of our own are together at most 20 KB over the wire, without their comments', async () => {
    const names = await readdir(path.join(import.meta.dirname, '../../static/scripts'))
    const sent = await Promise.all(
      names.map((name) => readFile(path.join(assets.folder, `${path.basename(assets.asset(name))}.br`))),
    )
    expect(sent.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(20_000)
    for (const script of sent) expect(brotliDecompressSync(script).toString()).not.toMatch(/^ *\/\/|\/\*\*/m)
  })

  it('are served compressed, cached for a year, under a name that changes with the content', async () => {
    const app = Fastify()
    await app.register(assetFiles, assets)
    const url = assets.asset('styles.css')
    expect(url).toMatch(/^\/static\/styles\.[\w-]{10}\.css$/)
    const answer = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-encoding']).toBe('br')
    expect(answer.headers['content-type']).toContain('text/css')
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect((await app.inject({ url })).body).toBe(css)
    await app.close()
  })

  it('have the security headers of a page only if they can be opened as one', async () => {
    const app = Fastify()
    await app.register(security, { baseUrl: 'http://127.0.0.1:3000', https: false })
    await app.register(assetFiles, assets)
    const headersOf = async (name: string) =>
      (await app.inject({ url: assets.asset(name), headers: { 'accept-encoding': 'br' } })).headers
    expect(await headersOf('favicon.svg')).toHaveProperty('content-security-policy')
    const script = await headersOf('site.js')
    expect(script).not.toHaveProperty('content-security-policy')
    expect(script).not.toHaveProperty('permissions-policy')
    expect(script['x-content-type-options']).toBe('nosniff')
    expect(script['cache-control']).toBe('public, max-age=31536000, immutable')
    await app.close()
  })

  it('the list of files is not served', async () => {
    const app = Fastify()
    await app.register(assetFiles, assets)
    expect((await app.inject({ url: '/static/manifest.json' })).statusCode).toBe(404)
    expect((await app.inject({ url: '/static/..%2f..%2fpackage.json' })).statusCode).not.toBe(200)
    await app.close()
  })

  it('an unknown name throws when the page is rendered', () => {
    expect(() => assets.asset('nowhere.css')).toThrow('There is no static file "nowhere.css"')
  })

  it('two processes that start at once build separately and end with the same files', async () => {
    const builds = await mkdtemp(path.join(tmpdir(), 'assets-'))
    const script = `const { buildAssets } = await import(${JSON.stringify(import.meta.resolve('#server/web/assets.ts'))}); console.log((await buildAssets(${JSON.stringify(builds)})).asset('styles.css'))`
    const run = promisify(execFile)
    const answers = await Promise.all(
      [1, 2].map(() => run(process.execPath, ['--input-type=module', '-e', script])),
    )
    expect(answers.map(({ stdout }) => stdout.trim())).toEqual([
      assets.asset('styles.css'),
      assets.asset('styles.css'),
    ])
    expect(await readdir(builds)).toEqual([path.basename(assets.folder)])
    await rm(builds, { recursive: true })
  })
})

/** WCAG 2 contrast of two colors written `#rrggbb`. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminance(color: string): number {
  const hex = color.length === 4 ? color.replace(/[0-9a-f]/gi, '$&$&') : color
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
