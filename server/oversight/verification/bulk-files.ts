import { unzipSync } from 'fflate'
import type { UploadedFile } from '#server/web/upload.ts'

/** Enough for a program of five hundred people, and not too much work for one request. */
export const mostFiles = 600

const mostUnzippedBytes = 200_000_000

export type OpenedFiles =
  | Readonly<{ kind: 'files'; files: readonly UploadedFile[] }>
  | Readonly<{ kind: 'refused'; message: string }>

/** The file or, for a ZIP, the certificates and tables in any of its folders. */
export function openFiles(file: UploadedFile): OpenedFiles {
  if (file.bytes.subarray(0, 4).toString('latin1') !== 'PK\u0003\u0004')
    return { kind: 'files', files: [file] }
  let many = 0
  let total = 0
  try {
    const inside = unzipSync(file.bytes, {
      filter: ({ name, originalSize }) => {
        if (!/^(?!__MACOSX\/).*\.(pdf|json|csv|tsv|txt)$/i.test(name)) return false
        many += 1
        total += originalSize
        return many <= mostFiles && total <= mostUnzippedBytes
      },
    })
    if (many > mostFiles || total > mostUnzippedBytes)
      return {
        kind: 'refused',
        message: `“${file.name}” has more than ${mostFiles} files, or is too large to read at once. Split it and upload the parts.`,
      }
    const files = Object.entries(inside).map(([name, bytes]) => ({
      name: name.split('/').at(-1) ?? name,
      bytes: Buffer.from(bytes),
    }))
    return { kind: 'files', files }
  } catch {
    return {
      kind: 'refused',
      message: `“${file.name}” can’t be opened. Create the ZIP again, or upload the files without it.`,
    }
  }
}
