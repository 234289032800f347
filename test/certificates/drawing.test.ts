import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { pageFault } from '#server/certificates/certificates/certificate-layout.ts'
import { drawCertificate } from '#server/certificates/certificates/drawing.ts'
import { qrMatrix } from '#server/certificates/certificates/qr.ts'
import { runsOf } from '#server/paper/fonts.ts'
import { readPdf } from './reading.ts'
import { sample } from './sample.ts'

const { default: jsQr } = createRequire(import.meta.url)('jsqr') as typeof import('jsqr')

describe('the page of a certificate', () => {
  test('says who completed what, when, under which law and where to verify it, in order', async () => {
    const { pages, text } = await readPdf(await drawCertificate(sample))
    expect(pages).toBe(1)
    const order = [
      'Safe Harbor Training',
      'Certificate of completion',
      'This certifies that',
      'Ada Northwind',
      'has completed, as initial training, all three modules of the course',
      'Modules completed',
      'Trauma and its effects',
      'March 24, 2027',
      'Record at completion',
      'Minn. Stat. § 245A.25, subd. 5(f)',
      'North Star House',
      '9900001',
      'Certificate SH-000123',
      'Check this certificate at',
      'https://training.example.org/verify/abcdefghijklmnopqrstuvwx27',
    ].map((part) => text.indexOf(part))
    expect(order).not.toContain(-1)
    expect(order).toEqual([...order].sort((a, b) => a - b))
  })

  test('is tagged, in English, has a title and has text alternatives for images', async () => {
    const page = await readPdf(await drawCertificate(sample))
    expect(page).toMatchObject({
      isTagged: true,
      language: 'en-US',
      title: 'Certificate of completion SH-000123',
    })
    expect(page.roles.filter((role) => /^(Document|H\d|L|Figure|Link)$/.test(role))).toEqual([
      'Document',
      'Figure',
      'H1',
      'H2',
      'L',
      'H2',
      'L',
      'Figure',
      'Link',
    ])
    expect(page.alternatives).toEqual([
      'A lighthouse',
      sample.person_name,
      `QR code for ${sample.verify_url}`,
    ])
    expect(page.links).toEqual([sample.verify_url])
  })

  test('has no CIDSet, which pdfkit writes without the parts of accented letters (ISO 14289-1, 7.21.4.2)', async () => {
    const pdf = Buffer.from(await drawCertificate({ ...sample, person_name: 'Zoë Łukasz Nguyễn Ångström' }))
    expect(pdf.includes('/CIDSet')).toBe(false)
    expect(pdf.toString('latin1')).toContain('pdfuaid')
  })

  test('has every font embedded', async () => {
    const raw = Buffer.from(await drawCertificate(sample)).toString('latin1')
    const fonts = raw.match(/\/Type \/FontDescriptor/g)?.length
    expect(fonts).toBeGreaterThan(1)
    expect(raw.match(/\/FontFile2/g)).toHaveLength(fonts!)
    expect(raw).not.toMatch(/Helvetica|Times-Roman/)
  })

  test('gives the same bytes each time it is drawn', async () => {
    const first = await drawCertificate(sample)
    await drawCertificate({ ...sample, person_name: 'စောဖိုးထူး', course_title: 'Another' })
    expect(Buffer.from(await drawCertificate(sample)).equals(first)).toBe(true)
  })

  test('has room for eight modules, long titles, a long name, a demonstration approval and a note', async () => {
    const full = {
      ...sample,
      person_name: 'Maximiliana-Konstantina Wolfeschlegelsteinhausenbergerdorff de la Santa Trinidad',
      course_title:
        'Annual refresher for supervisors and licensing staff: recognizing and serving sexually exploited youth under Safe Harbor and No Wrong Door',
      modules: Array.from({ length: 8 }, (_, index) => ({
        number: index + 1,
        title: `Trauma-informed, culturally responsive work with youth, families and tribes ${index + 1}`,
        completed_on: '2027-09-20',
      })),
      approval: {
        authority: 'the Commissioner of Children, Youth, and Families',
        reference: 'DEMO-2027-01',
        approved_on: '2027-01-15',
        demonstration: true,
      },
      note: 'Replaces certificate SH-000012, on which the name was misspelled.',
      verify_url: 'https://training.safeharbor.dcyf.state.example/verify/abcdefghijklmnopqrstuvwx27',
    }
    const { pages, text } = await readPdf(await drawCertificate(full))
    expect(pages).toBe(1)
    for (const part of [full.person_name, full.course_title, full.note, full.modules[7]!.title])
      expect(text).toContain(part)
    expect(text).toContain('not a real approval')
  })

  test('is refused rather than cut off if a title does not fit', async () => {
    const modules = Array.from({ length: 30 }, (_, index) => ({
      number: index + 1,
      title: 'A module',
      completed_on: '2027-09-20',
    }))
    await expect(drawCertificate({ ...sample, modules })).rejects.toThrow('than one page can show')
    expect(pageFault({ ...sample, modules })).toContain('than one page can show')
  })

  test('is refused before anything is frozen if the program’s name cannot be printed', () => {
    expect(pageFault(sample)).toBeNull()
    expect(pageFault({ ...sample, program: { ...sample.program!, name: '星の家' } })).toContain('No font has')
  })

  test('keeps the word order in a sentence with right-to-left words', () => {
    const runs = runsOf('Person محمد عبد الله (Smith), שרה בן-דוד, 3', 'sans')
    expect('missing' in runs ? runs : runs.map(({ text }) => text)).toEqual([
      'Person ',
      'محمد عبد الله',
      ' (Smith), ',
      'שרה בן-דוד',
      ', 3',
    ])
  })

  test('has a QR code of the printed address', () => {
    const { size, isDark } = qrMatrix(sample.verify_url)
    const unit = 4
    const side = (size + 8) * unit
    const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const [row, column] = [Math.floor(y / unit) - 4, Math.floor(x / unit) - 4]
        const inside = row >= 0 && column >= 0 && row < size && column < size
        if (inside && isDark(row, column)) pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3)
      }
    expect(jsQr(pixels, side, side)?.data).toBe(sample.verify_url)
  })
})
