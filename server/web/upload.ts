import type { Multipart } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { RefusedFile, Unreadable } from './errors.ts'
import { fileThread } from './file-threads.ts'
import { hasNul } from './input.ts'
import type lookForScripts from './pdf-scripts.worker.ts'
import { mostPixels, pictureSize, withoutPlace } from './pictures.ts'

type Limits = Readonly<{ files?: number; fileSize?: number; fields?: number }>

/** As many boxes as a form of people shows. */
export const mostChecked = 200

/** The fields and files of a form, one after the other. A file that is too large is truncated and marked. */
export async function* partsOf(request: FastifyRequest, limits: Limits = {}): AsyncGenerator<Multipart> {
  // The plugin's types lack this option.
  const options: object = { limits, throwFileSizeLimit: false }
  for await (const part of request.parts(options)) {
    const texts = part.type === 'file' ? part.filename : part.value
    if (hasNul([part.fieldname, texts])) throw new Unreadable('U+0000')
    yield part
  }
}

export type UploadedFile = Readonly<{ name: string; bytes: Buffer }>

type Upload = Readonly<{
  fields: Readonly<Record<string, string>>
  file: UploadedFile | null
  /** True if the file was too large. It was dropped, but all fields are there. */
  isTooLarge: boolean
}>

/** Reads a form's text fields and its one optional file. An empty file is ignored. */
export const readUpload = (request: FastifyRequest): Promise<Upload> => readListUpload(request, '')

/** The same, with every value of one field that may be there several times, such as checked boxes. */
export async function readListUpload(
  request: FastifyRequest,
  list: string,
): Promise<Upload & Readonly<{ lists: readonly string[] }>> {
  const { files, ...rest } = await readForm(request, { files: 1, list })
  return { ...rest, file: files[0] ?? null }
}

type UploadedForm = Omit<Upload, 'file'> &
  Readonly<{
    lists: readonly string[]
    files: readonly UploadedFile[]
    /** True if there were too many files. The extra ones were dropped. */
    isTooMany: boolean
  }>

/** Reads a form's text fields and its optional files, up to a number of them. Empty files are ignored. */
export async function readForm(
  request: FastifyRequest,
  { files: most, list = '' }: Readonly<{ files: number; list?: string }>,
): Promise<UploadedForm> {
  const fields: Record<string, string> = {}
  const lists: string[] = []
  const files: UploadedFile[] = []
  let isTooLarge = false
  try {
    for await (const part of partsOf(request, { files: most, fields: 40 + mostChecked })) {
      if (part.type === 'file') {
        // Always read to the end, because the rest of the form follows.
        const bytes = await part.toBuffer()
        if (part.file.truncated) isTooLarge = true
        else if (bytes.length > 0) files.push({ name: part.filename || 'file', bytes: await harmless(bytes) })
      } else if (typeof part.value === 'string') {
        if (part.fieldname === list) lists.push(part.value)
        else fields[part.fieldname] = part.value
      }
    }
  } catch (error) {
    if (most === 1 || (error as { code?: string }).code !== 'FST_FILES_LIMIT') throw error
    return { fields, lists, files, isTooLarge, isTooMany: true }
  }
  return { fields, lists, files, isTooLarge, isTooMany: false }
}

/** The file as it may be kept. Throws for a PDF that has scripts or attached files or can’t be looked into, and for a picture too large to open. */
async function harmless(bytes: Buffer): Promise<Buffer> {
  const type = fileType(bytes)
  if (type === 'application/pdf') {
    const found = await scriptsIn(bytes)
    if (found === 'no-scripts') return bytes
    throw new RefusedFile(
      {
        unreadable:
          'This PDF can’t be checked. Save it again without a password, or print it to a new PDF, and upload that.',
        attachments: 'This PDF has other files attached to it. Print it to a new PDF and upload that.',
        scripts: 'This PDF contains scripts or is too complex. Print it to a new PDF and upload that.',
        'too-much': 'This PDF contains scripts or is too complex. Print it to a new PDF and upload that.',
      }[found],
    )
  }
  if (type !== 'image/png' && type !== 'image/jpeg') return bytes
  const size = pictureSize(bytes)
  if (size && size.width * size.height > mostPixels)
    throw new RefusedFile('This picture is too large. Make it smaller, or take a photo of it.')
  return withoutPlace(bytes)
}

const scriptsIn = fileThread<Uint8Array, ReturnType<typeof lookForScripts>>(
  new URL('./pdf-scripts.worker.ts', import.meta.url),
  5,
)

type ManyFiles = Readonly<{
  files: readonly (UploadedFile & Readonly<{ isTooLarge: boolean }>)[]
  /** True if there were too many files. The extra ones were dropped. */
  isTooMany: boolean
}>

/** Reads a form's files, each up to a limit of bytes. Empty ones are ignored. */
export async function readUploads(
  request: FastifyRequest,
  limits: Readonly<{ files: number; fileSize: number }>,
): Promise<ManyFiles> {
  const files: (UploadedFile & Readonly<{ isTooLarge: boolean }>)[] = []
  try {
    for await (const part of partsOf(request, limits)) {
      if (part.type !== 'file') continue
      const bytes = await part.toBuffer()
      const isTooLarge = part.file.truncated
      if (bytes.length > 0) files.push({ name: part.filename || 'file', bytes, isTooLarge })
    }
  } catch (error) {
    if ((error as { code?: string }).code !== 'FST_FILES_LIMIT') throw error
    return { files, isTooMany: true }
  }
  return { files, isTooMany: false }
}

/** True if the file ends where its format says. A truncated file proves nothing, and one with extra data may be two files. */
function isWhole(bytes: Buffer): boolean {
  switch (fileType(bytes)) {
    case 'application/pdf':
      return bytes.subarray(-2048).includes('%%EOF')
    case 'image/png':
      return bytes.subarray(-12).equals(pngEnd)
    case 'image/jpeg':
      // Phones add data after the end of a picture.
      return bytes.includes(jpegEnd)
    default:
      return false
  }
}

const pngEnd = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82])
const jpegEnd = Buffer.from([0xff, 0xd9])

/** A file's type by its first bytes, regardless of its name. Null for types we don't accept. */
export function fileType(bytes: Buffer): 'application/pdf' | 'image/png' | 'image/jpeg' | null {
  if (bytes.subarray(0, 5).toString('latin1') === '%PDF-') return 'application/pdf'
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])))
    return 'image/png'
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg'
  return null
}

/** An uploaded file with its real type. */
export type KeptFile = UploadedFile & Readonly<{ type: NonNullable<ReturnType<typeof fileType>> }>

const endings = { 'application/pdf': '.pdf', 'image/png': '.png', 'image/jpeg': '.jpg' } as const

/** The stored file name gets the extension of the file's real type. */
export function keptName({ name, type }: KeptFile): string {
  const plain = name
    .replace(/\.[A-Za-z]{1,8}$/, '')
    .replace(/[^\w.\- ]+/g, '_')
    .slice(-90)
  return `${plain || 'certificate'}${endings[type]}`
}

/** The same for a file that did not come through a form, such as one of a ZIP: looks inside it, too. */
export async function checkedCertificate({ name, bytes }: UploadedFile): Promise<Kept> {
  const kept = certificateOf({ name, bytes })
  if (kept.kind === 'refused') return kept
  try {
    return certificateOf({ name, bytes: await harmless(bytes) })
  } catch (error) {
    if (error instanceof RefusedFile) return { kind: 'refused', message: error.message }
    throw error
  }
}

type Kept = Readonly<{ kind: 'kept'; file: KeptFile | null }> | Readonly<{ kind: 'refused'; message: string }>

/** An uploaded certificate as it may be stored, or why not. */
export function certificateOf(file: UploadedFile | null): Kept {
  const type = file && fileType(file.bytes)
  if (!file) return { kind: 'kept', file: null }
  if (!type) return { kind: 'refused', message: 'The file must be a PDF, PNG or JPEG.' }
  if (!isWhole(file.bytes))
    return {
      kind: 'refused',
      message: 'The file seems incomplete or damaged. Save it again and upload the new copy.',
    }
  return { kind: 'kept', file: { ...file, type } }
}
