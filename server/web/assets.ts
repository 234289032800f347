import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

export type Assets = Readonly<{
  /** The folder with the built files. */
  folder: string
  /** `asset('styles.css')` → `/static/styles.3kZq0w9dTg.css`. An unknown name throws. */
  asset: (name: string) => string
}>

type Manifest = Readonly<Record<string, string>>

const project = path.resolve(import.meta.dirname, '../..')
const sources = path.join(project, 'static')
const builtAhead = path.join(sources, 'build')
const modules = path.join(project, 'node_modules')
const packages = [
  ...['@uswds/uswds', '@fontsource/public-sans', '@fontsource/source-serif-4'],
  '@fontsource/atkinson-hyperlegible',
  ...['htmx.org', 'jsonld', 'sass'],
]
const builders = ['assets.ts', 'stylesheet.ts'].map((file) => path.join(import.meta.dirname, file))
const buildsKept = 3
const forPagesAlone = [
  'content-security-policy',
  'cross-origin-opener-policy',
  'origin-agent-cluster',
  'permissions-policy',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
]

/** What was built ahead beside the sources, as in the image; otherwise a start builds it in its cache. */
export async function openAssets(cacheDir: string): Promise<Assets> {
  const folder = path.join(builtAhead, await sourcesHash())
  const manifest = await readManifest(folder)
  return manifest ? { folder, asset: assetOf(manifest) } : buildAssets(path.join(cacheDir, 'assets'))
}

/**
 * Builds the static files into a folder named after the sources' hash. If the folder already exists,
 * nothing is built. Several processes can do this at once: each builds separately, and the first rename wins.
 */
export async function buildAssets(builds = builtAhead): Promise<Assets> {
  const folder = path.join(builds, await sourcesHash())
  let manifest = await readManifest(folder)
  if (!manifest) {
    const draft = path.join(builds, `draft-${randomUUID()}`)
    await mkdir(draft, { recursive: true })
    manifest = await build(draft)
    await writeFile(path.join(draft, 'manifest.json'), JSON.stringify(manifest, null, 2))
    await rename(draft, folder).catch(async (error: NodeJS.ErrnoException) => {
      await rm(draft, { recursive: true })
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
    await removeOldBuilds(builds)
  }
  return { folder, asset: assetOf(manifest) }
}

const assetOf =
  (manifest: Manifest) =>
  (name: string): string => {
    const file = manifest[name]
    if (!file)
      throw new Error(
        `There is no static file "${name}". The files are: ${Object.keys(manifest).join(', ')}.`,
      )
    return `/static/${file}`
  }

/** Serves the built files under /static/ with a one-year cache: a changed file has a new name. */
export const assetFiles = fp(async (app: FastifyInstance, { folder }: Pick<Assets, 'folder'>) => {
  await app.register(fastifyStatic, {
    root: folder,
    prefix: '/static/',
    preCompressed: true,
    immutable: true,
    maxAge: '1y',
    index: false,
    decorateReply: false,
    allowedPath: (file) => file !== '/manifest.json',
    setHeaders: (reply, file) => {
      // Browsers use these headers only on pages, and on ten small files they would add 5 KB. SVGs can be opened as pages.
      if (!/\.svg(?:\.\w+)?$/.test(file)) for (const name of forPagesAlone) reply.removeHeader(name)
    },
  })
})

async function sourcesHash(): Promise<string> {
  const files = [
    ...(await filesIn(path.join(sources, 'styles'))),
    ...(await filesIn(path.join(sources, 'scripts'))),
    ...(await filesIn(path.join(sources, 'images'))),
    ...(await filesIn(path.join(sources, 'images/scenes'))),
    ...packages.map((name) => path.join(modules, name, 'package.json')),
    ...builders,
  ].sort()
  const hash = createHash('sha256')
  for (const [file, content] of await Promise.all(
    files.map(async (file) => [file, await readFile(file)] as const),
  ))
    hash.update(`${path.relative(project, file)}\0${content.length}\0`).update(content)
  return hash.digest('hex').slice(0, 16)
}

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(folder, entry.name))

async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as Manifest
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function build(folder: string): Promise<Manifest> {
  const manifest: Record<string, string> = {}
  const add = async (name: string, content: Buffer): Promise<string> => {
    const file = withFingerprint(name, content)
    if (manifest[name] === file) return file
    if (manifest[name]) throw new Error(`Two static files are called "${name}".`)
    manifest[name] = file
    await writeFile(path.join(folder, file), content)
    if (isText(name)) await compress(path.join(folder, file), content)
    return file
  }
  for (const file of await filesIn(path.join(sources, 'scripts')))
    await add(path.basename(file), Buffer.from(withoutComments(await readFile(file, 'utf8'))))
  for (const kind of ['images', 'images/scenes'])
    for (const file of await filesIn(path.join(sources, kind)))
      await add(path.basename(file), await readFile(file))
  await add('htmx.js', await readFile(path.join(modules, 'htmx.org/dist/htmx.min.js')))
  await add('jsonld.js', await readFile(path.join(modules, 'jsonld/dist/jsonld.esm.min.js')))
  // Load Sass only when there is something to compile.
  const { compileStylesheet } = await import('./stylesheet.ts')
  const css = compileStylesheet(path.join(sources, 'styles/main.scss'), modules)
  await add('styles.css', Buffer.from(await withLinkedFiles(css, add)))
  return manifest
}

/** Comments, types and indentation are a quarter of what our scripts would weigh. Comments are lines of their own, or begin with two stars. */
const withoutComments = (script: string): string =>
  script.replaceAll(/^ *\/\/.*\n|\/\*\*[\s\S]*?\*\/ ?/gm, '').replaceAll(/\n\s+/g, '\n')

/**
 * Adds each file that the stylesheet references as `url("@place/file")`, with a fingerprinted name. A small drawing is
 * put into the stylesheet: on its own it would weigh five times as much, most of it headers.
 */
async function withLinkedFiles(
  css: string,
  add: (name: string, content: Buffer) => Promise<string>,
): Promise<string> {
  const places: Record<string, string> = {
    '@uswds': path.join(modules, '@uswds/uswds/dist/img'),
    '@fontsource': path.join(modules, '@fontsource'),
    '@images': path.join(sources, 'images'),
  }
  const names = new Map<string, string>()
  for (const [, place = '', file = ''] of css.matchAll(/url\("?(@\w+)\/([^")]+)"?\)/g)) {
    if (names.has(`${place}/${file}`)) continue
    const content = await readFile(path.join(places[place] ?? '', file))
    const isSmall = file.endsWith('.svg') && content.length <= smallDrawing
    names.set(
      `${place}/${file}`,
      isSmall ? `"data:image/svg+xml,${escaped(content)}"` : await add(path.basename(file), content),
    )
  }
  return css.replace(/url\("?(@\w+\/[^")]+)"?\)/g, (_, name: string) => `url(${names.get(name)})`)
}

const smallDrawing = 300

const escaped = (svg: Buffer): string =>
  svg
    .toString()
    .trim()
    .replaceAll('"', "'")
    .replaceAll(/[#%<>]/g, encodeURIComponent)

function withFingerprint(name: string, content: Buffer): string {
  const fingerprint = createHash('sha256').update(content).digest('base64url').slice(0, 10)
  const { name: stem, ext } = path.parse(name)
  return `${stem}.${fingerprint}${ext}`
}

const isText = (name: string) => /\.(?:css|js|svg|json|txt)$/.test(name)

async function compress(file: string, content: Buffer): Promise<void> {
  const brotli = await promisify(brotliCompress)(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  })
  await Promise.all([
    writeFile(`${file}.br`, brotli),
    promisify(gzip)(content, { level: 9 }).then((zipped) => writeFile(`${file}.gz`, zipped)),
  ])
}

/** Keeps the last few builds: processes started earlier still serve theirs. */
async function removeOldBuilds(builds: string): Promise<void> {
  const folders = await Promise.all(
    (await readdir(builds)).map(async (name) => {
      const { mtimeMs } = await stat(path.join(builds, name))
      return { name, mtimeMs }
    }),
  )
  const old = folders
    .filter(({ name }) => /^[0-9a-f]{16}$/.test(name))
    .sort((a, b) => b.mtimeMs - a.mtimeMs)
    .slice(buildsKept)
  await Promise.all(old.map(({ name }) => rm(path.join(builds, name), { recursive: true, force: true })))
}
