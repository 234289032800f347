import { certificateText } from '#server/certificates/certificates/certificate-wording.ts'
import type { CertificateFacts } from '#server/certificates/facts.ts'
import { inkOf, inks, openDocument } from '#server/paper/document.ts'
import type { Attachment, ReadableDocument } from '#server/paper/readable-document.ts'
import type { Placed } from '#server/paper/typesetting.ts'
import { layOutPage, type PageLayout } from './certificate-layout.ts'
import { drawMark } from './lighthouse.ts'
import { drawQr, qrMatrix } from './qr.ts'

type DrawingOptions = Readonly<{
  /** A file attached to the PDF, stored unchanged. */
  attachment?: Attachment
}>

/** One tagged Letter page. The same facts always give the same bytes. */
export async function drawCertificate(
  facts: CertificateFacts,
  options: DrawingOptions = {},
): Promise<Uint8Array> {
  const text = certificateText(facts)
  const page = layOutPage(text)
  const at = new Date(facts.issued_at)
  const { doc, bytes } = await openDocument({
    title: `Certificate of completion ${facts.certificate_number}`,
    at,
    landscape: true,
  })
  drawFrame(doc, page)
  drawStructure(doc, page, facts)
  if (options.attachment) doc.attach(options.attachment, at)
  doc.end()
  return bytes
}

function drawFrame(doc: ReadableDocument, page: PageLayout): void {
  doc.markContent('Artifact', { type: 'Layout' })
  doc.strokeColor(inks.harbor)
  doc
    .lineWidth(1.6)
    .rect(24, 24, page.width - 48, page.height - 48)
    .stroke()
  doc
    .lineWidth(0.5)
    .rect(29, 29, page.width - 58, page.height - 58)
    .stroke()
  doc.endMarkedContent()
}

/** Screen readers read in the order of these calls. */
function drawStructure(doc: ReadableDocument, page: PageLayout, facts: CertificateFacts): void {
  const struct = (type: string, options: object, children: PDFKit.PDFStructureElementChild[]) =>
    doc.struct(type as 'P', options, children)
  const paragraph = (type: string, lines: readonly Placed[], options: object = {}) =>
    struct(type, options, [() => doc.print(lines, inkOf)])
  const list = (items: readonly (readonly [Placed[], Placed[]])[]) =>
    struct(
      'L',
      {},
      items.map(([label, body]) => struct('LI', {}, [paragraph('Lbl', label), paragraph('LBody', body)])),
    )
  const { mark, qr } = page
  const root = struct('Document', {}, [
    struct(
      'Figure',
      { alt: 'A lighthouse', bbox: [mark.x, mark.y, mark.x + 40, mark.y + 46], placement: 'Block' },
      [() => drawMark(doc, mark.x, mark.y, inks.harbor)],
    ),
    paragraph('P', page.issuer),
    paragraph('H1', page.title),
    paragraph('P', page.lead),
    paragraph('P', page.name, { actual: facts.person_name }),
    paragraph('P', page.completion),
    paragraph('P', page.course),
    ...(page.modules.length > 0 ? [paragraph('H2', page.modulesHeading), list(page.modules)] : []),
    paragraph('H2', page.detailsHeading),
    list(page.details),
    paragraph('P', page.number),
    paragraph('P', page.approval),
    ...(page.note.length > 0 ? [paragraph('P', page.note)] : []),
    struct(
      'Figure',
      {
        alt: `QR code for ${facts.verify_url}`,
        bbox: [qr.x, qr.y, qr.x + qr.side, qr.y + qr.side],
        placement: 'Block',
      },
      [() => drawQr(doc, qrMatrix(facts.verify_url), qr.x, qr.y, qr.side)],
    ),
    paragraph('P', page.check),
    struct('P', {}, [linkTo(doc, facts.verify_url, page.address)]),
  ])
  doc.addStructure(root)
}

function linkTo(doc: ReadableDocument, url: string, lines: readonly Placed[]): PDFKit.PDFStructureElement {
  const left = Math.min(...lines.map(({ x }) => x))
  const right = Math.max(...lines.map(({ x, width }) => x + width))
  const top = Math.min(...lines.map(({ y, size }) => y - size))
  const bottom = Math.max(...lines.map(({ y, size }) => y + size * 0.3))
  const link = doc.struct('Link', {}, [
    () => {
      doc.print(lines, inkOf)
      doc.link(left, top, right - left, bottom - top, url, {
        structParent: link,
        Contents: new String('Check this certificate') as string,
      } as PDFKit.Mixins.AnnotationOption)
    },
  ])
  return link
}
