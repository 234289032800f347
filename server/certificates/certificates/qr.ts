import QRCode from 'qrcode'

/** The dark squares of a QR code, row by row. */
export type QrMatrix = Readonly<{ size: number; isDark(row: number, column: number): boolean }>

/** Level Q: a quarter of it may be lost to a photocopier, a fold or a stamp. */
export function qrMatrix(text: string): QrMatrix {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'Q' })
  return { size: modules.size, isDark: (row, column) => modules.get(row, column) === 1 }
}

/** Draws the code into a square of `side` points, one rectangle for each row's unbroken stretch. */
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
