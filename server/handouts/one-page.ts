import type { Problem } from '#server/courses/authoring/files/problems.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { Sheet } from '#server/courses/catalogue/sheet.ts'
import { UndrawableText } from '#server/paper/typesetting.ts'
import { layOutOnePage } from './sheet-layout.ts'

/** Errors for authors about job aids that don't fit on one page. */
export const jobAidFaults = ({ jobAids }: Pick<Catalogue, 'jobAids'>): Problem[] =>
  jobAids.flatMap(({ file, sheet }) => {
    const message = fault(sheet)
    if (message === null) return []
    return [{ file, line: 1, level: 'error', message, fix: 'Shorten it, or give it "columns: 2".' } as const]
  })

function fault(sheet: Sheet): string | null {
  try {
    return layOutOnePage(sheet) ? null : 'It is longer than one page.'
  } catch (error) {
    if (error instanceof UndrawableText) return error.message
    throw error
  }
}
