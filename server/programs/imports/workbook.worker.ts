import { type OpenedWorkbook, workbookCsv } from './workbook.ts'

export default (bytes: Uint8Array): OpenedWorkbook => workbookCsv(bytes)
