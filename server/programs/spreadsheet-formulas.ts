// A spreadsheet runs a cell that begins with one of these as a formula; some drop what can't be seen in front first.
const formula = /^'*[\s\0]*[=+\-@＝＋－＠\t\r\n\0]/
const neutralised = /^'+[\s\0]*[=+\-@＝＋－＠\t\r\n\0]/

/** A cell that no spreadsheet takes for a formula: an apostrophe stands before it. */
export const neutralise = (cell: string): string => (formula.test(cell) ? `'${cell}` : cell)

/** The same cell as it was before. Every cell comes back from `neutralise` as it went in. */
export const unneutralise = (cell: string): string => (neutralised.test(cell) ? cell.slice(1) : cell)
