import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { problemLine } from '#server/courses/authoring/files/problems.ts'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { theCourses } from '#test/support/app.ts'
import { accessibilityProblems, aDevice, aServer, openBrowser, signIn } from '#test/support/browser.ts'
import { door, fixtureDir, publish } from './fixture.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'recordings-'))
  cpSync(fixtureDir, dir, { recursive: true })
  mkdirSync(join(dir, 'welcome/media'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const put = (name: string, content: string | Buffer) =>
  writeFileSync(join(dir, 'welcome/media', name), content)
const add = (text: string) =>
  writeFileSync(join(dir, door), `${readFileSync(join(dir, door), 'utf8')}\n${text}`)
const errors = () =>
  loadCourses(dir)
    .problems.filter(({ level }) => level === 'error')
    .map(problemLine)
    .join('\n')

const sound = '::: recording tea.wav "Pat pours tea"\n**Pat:** Tea first.\n:::\n'
const video = '::: recording door.webm "The door opens"\nThe door opens. **Pat:** Come in.\n:::\n'
const captions = 'WEBVTT\n\n00:00.000 --> 00:02.000\nCome in.\n'

/** Half a second of a tone: 8,000 samples a second, 8 bits each. */
function aTone(): Buffer {
  const samples = Buffer.from(
    Array.from({ length: 4000 }, (_, at) => 128 + Math.round(60 * Math.sin(at / 4))),
  )
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + samples.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(8000, 24)
  head.writeUInt32LE(8000, 28)
  head.writeUInt16LE(1, 32)
  head.writeUInt16LE(8, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples.length, 40)
  return Buffer.concat([head, samples])
}

/** A moment of a video, which the browser itself records from a canvas. */
async function aVideo(page: Page): Promise<Buffer> {
  const bytes = await page.evaluate(async () => {
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = 64
    const pen = canvas.getContext('2d')!
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: 'video/webm' })
    const parts: Blob[] = []
    recorder.ondataavailable = ({ data }) => parts.push(data)
    recorder.start()
    for (let step = 0; step < 12; step++) {
      pen.fillStyle = step % 2 ? '#0b3a5b' : '#c4761b'
      pen.fillRect(0, 0, 64, 64)
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    await new Promise((resolve) => {
      recorder.onstop = resolve
      recorder.stop()
    })
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())]
  })
  return Buffer.from(bytes)
}

test('a recording without its file, its transcript or a video’s captions is an error, and so is one that is too large', () => {
  add(sound)
  expect(errors()).toContain('There is no recording "tea.wav"')
  put('tea.wav', aTone())
  expect(errors()).toBe('')
  add('::: recording tea.wav "Pat pours tea"\n:::\n')
  expect(errors()).toContain('The recording has no transcript.')
  add('::: recording tea.wav\nTea.\n:::\n')
  expect(errors()).toContain('The recording tea.wav has no caption.')
  add(video)
  put('door.webm', Buffer.alloc(26 * 1024 * 1024))
  expect(errors()).toContain('The recording has 26 MB.')
  expect(errors()).toContain('The video has no captions.')
  put('door.vtt', 'Come in.')
  expect(errors()).toContain('These are not captions in WebVTT.')
  put('door.vtt', captions)
  expect(errors()).not.toContain('captions')
})

test('a published lesson plays its recordings in the browser’s own player, in parts, with captions and a transcript', {
  timeout: 60_000,
}, async () => {
  const browser = await openBrowser()
  const maker = await browser.newPage()
  put('door.webm', await aVideo(maker))
  await maker.close()
  put('door.vtt', captions)
  put('tea.wav', aTone())
  add(sound + video)
  const before = loadCourses(dir).catalogue.courses.get('welcome')!.working!.hash
  expect(
    publish(dir, 'welcome', '1.0.0', '--change', 'meaning', '--summary', 'It can be heard.'),
  ).toMatchObject({
    code: 0,
    stderr: '',
  })
  const { courses } = loadCourses(dir).catalogue
  const { current } = courses.get('welcome')!
  expect(current).toMatchObject({ version: '1.0.0', hash: before })
  const world = await aServer({ catalogue: { ...theCourses(), courses } })
  const ada = await world.as('ada@northstar.example')
  await ada.post('/courses/welcome/enrollment')
  const [module] = current.modules
  const lesson = module!.lessons.find(({ html }) => html.includes('<video'))!
  const path = `/courses/welcome/${module!.slug}/${lesson.slug}`

  const [, tea = ''] = /<audio[^>]* src="([^"]+)"/.exec(lesson.html) ?? []
  const part = await ada.get(tea, { range: 'bytes=0-43', 'accept-encoding': 'br, gzip' })
  expect([part.statusCode, part.headers['content-range'], part.headers['content-type']]).toEqual([
    206,
    'bytes 0-43/4044',
    'audio/wav',
  ])
  expect(part.headers['content-encoding']).toBeUndefined()
  expect((await world.visitor().get(tea)).statusCode).toBe(303)
  expect((await ada.get(tea.replace(/\w{16}/, '0'.repeat(16)))).statusCode).toBe(404)

  const { page, complaints } = await aDevice(browser, world.address)
  await signIn(page, 'ada@northstar.example')
  await page.goto(`${path}?ready=yes`)
  const ready = (kind: string) =>
    page.waitForFunction((name) => document.querySelector<HTMLMediaElement>(name)!.readyState >= 1, kind)
  await ready('audio')
  expect(await page.locator('audio').evaluate((one) => (one as HTMLMediaElement).duration)).toBe(0.5)
  await ready('video')
  await page.waitForFunction(() => document.querySelector('video')!.textTracks[0]!.cues?.length === 1)
  await page.getByText('The door opens. Pat: Come in.').waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  expect(complaints).toEqual([])
  const { SCREENSHOTS } = process.env
  if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, 'recordings.png'), fullPage: true })
  await browser.close()
  await world.app.close()
})
