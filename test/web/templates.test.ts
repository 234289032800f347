import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTemplates } from '#server/web/templates.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'templates-'))
  writeFileSync(path.join(folder, 'greeting.eta'), '<p>Hello <%= it.name %></p><p><%~ it.html %></p>')
})
afterAll(() => rmSync(folder, { recursive: true }))

function rendered(data: object) {
  const missing: string[] = []
  const templates = createTemplates({
    folder,
    cache: true,
    whenMissing: ({ message }) => missing.push(message),
  })
  return { html: templates.render('greeting', data), missing }
}

test('a template that prints a value which is not there reports it, and prints nothing', () => {
  const whole = rendered({ name: 'Ada & Mai', html: '<b>0</b>' })
  expect(whole).toEqual({ html: '<p>Hello Ada &amp; Mai</p>\n<p><b>0</b></p>', missing: [] })
  for (const data of [{ html: '' }, { name: null, html: '' }, { name: 'Ada' }]) {
    const { html, missing } = rendered(data)
    expect(missing).toEqual([expect.stringContaining('a value is missing from the page’s data')])
    expect(html).not.toMatch(/undefined|null/)
  }
})

test('nothing and zero are values', () => {
  expect(rendered({ name: 0, html: '' }).missing).toEqual([])
})

test('a page that prints a missing value throws if there is no log', () => {
  const templates = createTemplates({
    folder,
    cache: true,
    whenMissing: (error) => {
      throw error
    },
  })
  expect(() => templates.render('greeting', {})).toThrow('a value is missing')
})
