import QRCode from 'qrcode'

/** The dark squares of a QR code, row by row. */
type QrMatrix = Readonly<{ size: number; isDark(row: number, column: number): boolean }>

/** Error correction level Q: readable even if a photocopy, fold or stamp destroys a quarter of it. */
export function qrMatrix(text: string): QrMatrix {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'Q' })
  return { size: modules.size, isDark: (row, column) => modules.get(row, column) === 1 }
}

/** Draws the code into a square of `side` points, one rectangle for each unbroken run of dark modules in a row. */
export function drawQr(doc: PDFKit.PDFDocument, matrix: QrMatrix, x: number, y: number, side: number): void {
  const unit = side / matrix.size
  doc.save().fillColor('#000000')
  for (let row = 0; row < matrix.size; row++)
    for (let start = 0; start < matrix.size; start++) {
      if (!matrix.isDark(row, start)) continue
      let end = start + 1
      while (end < matrix.size && matrix.isDark(row, end)) end++
      doc.rect(x + start * unit, y + row * unit, (end - start) * unit, unit)
      start = end
    }
  doc.fill().restore()
}
