import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

type Chromium = Readonly<{ executablePath: string; env: Record<string, string> }>

const project = path.join(import.meta.dirname, '../..')
const packed = path.join(project, 'node_modules/@sparticuz/chromium')

/** A real Chromium: the one at CHROMIUM_PATH or, where that is not set, the one that npm brought. */
export function findChromium(): Chromium {
  const named = process.env.CHROMIUM_PATH
  if (named) {
    if (!existsSync(named)) throw new Error(`There is no browser at CHROMIUM_PATH=${named}.`)
    return { executablePath: named, env: {} }
  }
  const folder = unpacked()
  const executablePath = path.join(folder, 'chromium')
  // A bare machine lacks fonts and a few libraries; the package has them, and they serve only where they are missing.
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: path.join(folder, 'fonts') }
  const libraries = { LD_LIBRARY_PATH: path.join(folder, 'al2023/lib') }
  const attempts = [fonts, { ...fonts, ...libraries }].map((env) => ({ env, ...tryOut(executablePath, env) }))
  const working = attempts.find(({ status }) => status === 0)
  if (working) return { executablePath, env: working.env }
  throw new Error(
    `The browser from npm does not run here (${attempts[0]?.why}). Set CHROMIUM_PATH to a Chromium or Chrome of this machine.`,
  )
}

/**
 * The browser's files, unpacked once beside the packages. Several test workers may do so at once, and one may be
 * killed halfway: each unpacks apart, and the first rename wins.
 */
function unpacked(): string {
  const { version } = JSON.parse(readFileSync(path.join(packed, 'package.json'), 'utf8')) as {
    version: string
  }
  const cache = path.join(project, 'node_modules/.cache')
  const folder = path.join(cache, `chromium-${version}`)
  if (existsSync(folder)) return folder
  const draft = path.join(cache, `chromium-draft-${randomUUID()}`)
  mkdirSync(draft, { recursive: true })
  // The package unpacks into the system's temporary folder and takes what is there for whole: it is given one of its own.
  const { status, stderr, error } = spawnSync(process.execPath, ['--input-type=module', '--eval', unpack], {
    cwd: project,
    env: { ...process.env, TMPDIR: draft },
    encoding: 'utf8',
  })
  if (status !== 0) {
    rmSync(draft, { recursive: true, force: true })
    throw new Error(
      `The browser from npm could not be unpacked (${error?.message ?? stderr.trim()}). Set CHROMIUM_PATH to a Chromium or Chrome of this machine.`,
    )
  }
  writeFileSync(path.join(draft, 'fonts/fonts.conf'), fontSettings(path.join(folder, 'fonts')))
  try {
    renameSync(draft, folder)
  } catch (problem) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(folder)) throw problem
  }
  return folder
}

const unpack = `
  import chromium, { inflate } from '@sparticuz/chromium'
  await chromium.executablePath()
  await inflate(${JSON.stringify(path.join(packed, 'bin/al2023.tar.br'))})`

const fontSettings = (fonts: string) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${fonts}</dir><cachedir>${fonts}/cache</cachedir></fontconfig>
`

function tryOut(executablePath: string, env: Record<string, string>): { status: number | null; why: string } {
  const { status, stderr, error } = spawnSync(executablePath, ['--version'], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  return { status, why: (error?.message ?? stderr).trim().slice(0, 300) }
}
