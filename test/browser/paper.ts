import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { PNG } from 'pngjs'

const { default: jsQr } = createRequire(import.meta.url)('jsqr') as typeof import('jsqr')

const build = path.join(import.meta.dirname, '../../node_modules/pdfjs-dist/build')
const reader = 'https://reader.example'

/** Reads the QR code on a PDF's first page: the browser renders it, and the code is decoded from its pixels. */
export async function readQr(browser: Browser, pdf: Buffer): Promise<string | null> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.route(`${reader}/**`, (route) => {
      const name = path.basename(new URL(route.request().url()).pathname)
      if (name === 'paper.pdf') return route.fulfill({ body: pdf, contentType: 'application/pdf' })
      if (name.endsWith('.mjs'))
        return route.fulfill({ body: readFileSync(path.join(build, name)), contentType: 'text/javascript' })
      return route.fulfill({ body: html, contentType: 'text/html' })
    })
    await page.goto(`${reader}/`)
    await page.waitForFunction(() => 'pdfjs' in globalThis)
    const drawn = await page.evaluate(draw)
    const { data, width, height } = PNG.sync.read(Buffer.from(drawn.split(',')[1]!, 'base64'))
    return jsQr(new Uint8ClampedArray(data), width, height)?.data ?? null
  } finally {
    await context.close()
  }
}

const html = `<!doctype html><title>A reader</title>
<script type="module">import * as pdfjs from '/pdf.min.mjs'; globalThis.pdfjs = pdfjs</script>`

/** Runs in the page: pdf.js renders the PDF's first page on a canvas, at twice its size. */
async function draw(): Promise<string> {
  const { pdfjs } = globalThis as unknown as { pdfjs: typeof import('pdfjs-dist') }
  pdfjs.GlobalWorkerOptions.workerSrc = '/pdf.worker.min.mjs'
  const page = await (await pdfjs.getDocument({ url: '/paper.pdf' }).promise).getPage(1)
  const viewport = page.getViewport({ scale: 2 })
  const canvas = document.createElement('canvas')
  canvas.width = viewport.width
  canvas.height = viewport.height
  await page.render({ canvas, viewport }).promise
  return canvas.toDataURL('image/png')
}
