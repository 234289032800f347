import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { flowingDocument } from '#server/paper/flowing-document.ts'
import { issue } from '#test/certificates/issued.ts'
import { drawnNames } from '#test/certificates/names-of-the-world.ts'
import { sample } from '#test/certificates/sample.ts'
import { faultsOf, rules } from './pdf-rules.ts'

const names = Object.values(drawnNames)
  .flat()
  .map((name) => name.normalize('NFC'))
// Every name takes a minute: all of them with `npm run test:long`, otherwise one of each script.
const checked = process.env.LONG ? names : Object.values(drawnNames).map(([name]) => name!.normalize('NFC'))

test('certificates keep to PDF/A-3b and PDF/UA-1 for names in every script', async () => {
  expect(names.length).toBeGreaterThanOrEqual(200)
  for (const person_name of checked)
    expect(faultsOf((await issue({ ...sample, person_name })).pdf), person_name).toEqual([])
}, 300_000)

test('documents with tables over several pages keep to both, with any title', async () => {
  const doc = await flowingDocument(
    'Review packet, “A & B <House>”',
    'A & B',
    new Date('2027-03-31T05:00:00Z'),
  )
  doc.newPage()
  doc.heading(1, 'Review packet', 'top')
  doc.paragraph('Zoë Łukasz Nguyễn စောဖိုးထူး and 王小明')
  doc.heading(2, 'Roster', 'within')
  doc.table(
    'Roster',
    [
      { heading: 'Name', width: 1 },
      { heading: 'Standing', width: 2 },
    ],
    Array.from({ length: 90 }, (_, n) => [`Ångström ${n}`, 'Current. '.repeat((n % 7) * 6 + 1)]),
  )
  expect(faultsOf(await doc.finish())).toEqual([])
})

test('a fault is found and named', async () => {
  const { pdf } = await issue()
  const broken = (from: string, to: string) => {
    const text = Buffer.from(pdf).toString('latin1')
    expect(text).toContain(from)
    return faultsOf(Buffer.from(text.replace(from, to.padEnd(from.length)), 'latin1')).join('; ')
  }
  expect(broken('<pdfuaid:part>1<', '<pdfuaid:part>2<')).toContain('UA 5')
  expect(broken('<pdfaid:conformance>B<', '<pdfaid:conformance>A<')).toContain('A 6.6.2')
  expect(broken('/AFRelationship /Data', '/Comment /Data')).toContain('A 6.8')
  expect(broken('/DisplayDocTitle true', '/DisplayDocTitle null')).toContain('UA 7.1')
  expect(broken('/Alt (A lighthouse)', '/Nil (A lighthouse)')).toContain('UA 7.3')
  expect(broken('/Tabs /S', '/Tabs /R')).toContain('UA 7.18')
  expect(broken('/S /GTS_PDFA1', '/S /GTS_PDFX')).toContain('A 6.2.2')
  expect(broken('/Lang (en-US)', '/Lang (en-GB)')).toContain('UA 7.2')
})

test('docs/certificates.md lists every rule', () => {
  const docs = readFileSync(path.join(import.meta.dirname, '../../docs/certificates.md'), 'utf8')
  const listed = [...docs.matchAll(/^\| ((?:A|UA) [\d.]+) \| (.+) \|$/gm)].map(([, rule, words]) => [
    rule,
    words,
  ])
  expect(listed).toEqual(Object.entries(rules))
})
