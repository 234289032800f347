import { unzipSync } from 'fflate'
import { workbookCsv } from '#server/programs/imports/workbook.ts'

const mostScans = 500
const mostInside = 120_000_000

type InsideFile = Readonly<{ name: string; bytes: Uint8Array }>

export type OpenedZip =
  | Readonly<{ kind: 'opened'; table: Uint8Array; scans: readonly InsideFile[] }>
  | Readonly<{ kind: 'refused'; message: string }>

/** The table of an upload and the scans beside it: a ZIP with both, or a table alone. Run it in a thread. */
export function openPastTrainings({ name, bytes }: InsideFile): OpenedZip {
  const isZip = Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'PK\u0003\u0004'
  if (!isZip || /\.xlsx$/i.test(name)) return opened({ name, bytes }, [])
  const files = filesOf(bytes)
  if (!files)
    return refused(
      `The ZIP has more than ${mostScans} files, or is too large inside. Split it and upload the parts.`,
    )
  const tables = files.filter((file) => isTable(file.name))
  const [table] = tables
  if (!table) return refused('The ZIP has no table. Put one CSV or Excel file in it, beside the scans.')
  if (tables.length > 1)
    return refused(
      `The ZIP has more than one table: ${tables.map((one) => one.name).join(', ')}. Leave one in it.`,
    )
  return opened(
    table,
    files.filter((file) => file !== table),
  )
}

const isTable = (name: string) => /\.(csv|tsv|txt|xlsx)$/i.test(name)

function filesOf(bytes: Uint8Array): readonly InsideFile[] | null {
  let many = 0
  let total = 0
  try {
    const inside = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!/^(?!__MACOSX\/)(?:.*\/)?(?!\.)[^/]+\.(csv|tsv|txt|xlsx|pdf|png|jpe?g)$/i.test(name))
          return false
        many += 1
        total += originalSize
        return many <= mostScans + 1 && total <= mostInside
      },
    })
    return many > mostScans + 1 || total > mostInside
      ? null
      : Object.entries(inside).map(([path, file]) => ({ name: path.split('/').at(-1) ?? path, bytes: file }))
  } catch {
    return []
  }
}

/** A table in a workbook becomes CSV. */
function opened(table: InsideFile, scans: readonly InsideFile[]): OpenedZip {
  if (!/\.xlsx$/i.test(table.name)) return { kind: 'opened', table: table.bytes, scans }
  const csv = workbookCsv(table.bytes)
  return csv.kind === 'csv' ? { kind: 'opened', table: Buffer.from(csv.text), scans } : refused(csv.message)
}

const refused = (message: string): OpenedZip => ({ kind: 'refused', message })
