// A spreadsheet runs a cell that begins with one of these as a formula. Some ignore invisible characters before it.
const formula = /^'*[\s\0]*[=+\-@＝＋－＠\t\r\n\0]/
const neutralised = /^'+[\s\0]*[=+\-@＝＋－＠\t\r\n\0]/

/** Puts an apostrophe before a cell that a spreadsheet would run as a formula. */
export const escapeFormula = (cell: string): string => (formula.test(cell) ? `'${cell}` : cell)

/** Undoes `escapeFormula`: every cell comes back as it went in. */
export const unescapeFormula = (cell: string): string => (neutralised.test(cell) ? cell.slice(1) : cell)
