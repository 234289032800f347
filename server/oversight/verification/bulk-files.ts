import { unzipSync } from 'fflate'
import type { UploadedFile } from '#server/web/upload.ts'

/** More than what a program of five hundred people has, and no more than a request should keep a processor busy with. */
export const mostFiles = 600

const mostUnzippedBytes = 200_000_000

export type OpenedFiles =
  | Readonly<{ kind: 'files'; files: readonly UploadedFile[] }>
  | Readonly<{ kind: 'refused'; message: string }>

/** A file itself or, where it is a ZIP, the certificates and tables within it, whatever folders they are in. */
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
        message: `“${file.name}” holds more than ${mostFiles} files, or more than can be read at once. Send it in parts.`,
      }
    const files = Object.entries(inside).map(([name, bytes]) => ({
      name: name.split('/').at(-1) ?? name,
      bytes: Buffer.from(bytes),
    }))
    return { kind: 'files', files }
  } catch {
    return {
      kind: 'refused',
      message: `“${file.name}” can’t be opened. Make the ZIP anew, or send the files.`,
    }
  }
}
