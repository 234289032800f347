/** Draws the lighthouse logo, 40 wide and 46 high from its top left corner. */
export function drawMark(doc: PDFKit.PDFDocument, x: number, y: number, color: string): void {
  doc.save().translate(x, y).fillColor(color).strokeColor(color)
  doc.path('M20 0 L26.5 7 L13.5 7 Z').fill()
  doc.rect(15.5, 8.4, 9, 6.6).lineWidth(1.2).stroke()
  doc.circle(20, 11.7, 1.7).fill()
  doc.rect(12.5, 16.2, 15, 1.7).fill()
  doc.path('M15 19.2 L25 19.2 L26.2 26 L13.8 26 Z').fill()
  doc.path('M13.5 28 L26.5 28 L27.7 34.8 L12.3 34.8 Z').fill()
  doc.path('M12 36.8 L28 36.8 L28.6 40.2 L11.4 40.2 Z').fill()
  doc.lineWidth(1).lineCap('round')
  for (const [fromX, fromY, toX, toY] of beams) doc.moveTo(fromX, fromY).lineTo(toX, toY).stroke()
  doc
    .path('M1 43.6 C5 41.6 8 45.6 12 43.6 S19 41.6 23 43.6 S30 45.6 33 43.6 S37 42 39 43.4')
    .lineWidth(1.2)
    .stroke()
  doc.restore()
}

const beams = [
  [10.5, 11.7, 2.5, 11.7],
  [11, 8.6, 4, 5.4],
  [11, 14.8, 4, 18],
  [29.5, 11.7, 37.5, 11.7],
  [29, 8.6, 36, 5.4],
  [29, 14.8, 36, 18],
] as const
