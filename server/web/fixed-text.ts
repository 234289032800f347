import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { withKeys } from './form-keys.ts'

/** A part of pages that is the same for all who read it, such as a lesson's text: turned into bytes once, not on every page. */
export type FixedText = Readonly<{
  bytes: Buffer
  /** Where its forms have the key that each page fills in. */
  keysAt: readonly number[]
}>

declare module 'fastify' {
  interface FastifyReply {
    /** What the page's template printed with `it.fixedText`, in this order. */
    fixedTexts: FixedText[] | null
  }
}

/** No page can contain it otherwise: U+0000 is refused in what people send. */
const mark = '\0'
const blankKey = randomUUID()

export function fixedText(html: string): FixedText {
  const bytes = Buffer.from(withKeys(html, '', blankKey))
  const keysAt: number[] = []
  for (let at = bytes.indexOf(blankKey); at >= 0; at = bytes.indexOf(blankKey, at + blankKey.length))
    keysAt.push(at)
  return { bytes, keysAt }
}

/** Puts fixed texts into the pages whose templates print them. After the form keys, so that the rest has its keys. */
export const fixedTexts = fp(async (app: FastifyInstance) => {
  app.decorateReply('fixedTexts', null)
  app.addHook('onSend', (_request, { fixedTexts, formKey }, payload, done) => {
    if (!fixedTexts || typeof payload !== 'string') return done(null, payload)
    done(null, joined(payload.split(mark), fixedTexts, formKey ?? randomUUID()))
  })
})

/** What a template prints in the place of a fixed text. */
export function placeFor(text: FixedText, reply: { fixedTexts: FixedText[] | null }): string {
  reply.fixedTexts ??= []
  reply.fixedTexts.push(text)
  return mark
}

function joined(pieces: readonly string[], texts: readonly FixedText[], key: string): Buffer {
  const parts: Buffer[] = []
  const keysAt: number[] = []
  let length = 0
  const add = (bytes: Buffer) => {
    parts.push(bytes)
    length += bytes.length
  }
  for (const [n, piece] of pieces.entries()) {
    if (n > 0) {
      const text = texts[n - 1]!
      for (const at of text.keysAt) keysAt.push(length + at)
      add(text.bytes)
    }
    add(Buffer.from(piece))
  }
  const page = Buffer.concat(parts, length)
  for (const at of keysAt) page.write(key, at, 'latin1')
  return page
}
