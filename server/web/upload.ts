import type { Multipart } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { RefusedFile, Unreadable } from './errors.ts'
import { fileThread } from './file-threads.ts'
import { hasNul } from './input.ts'
import { mostPixels, pictureSize, withoutPlace } from './pictures.ts'

type Limits = Readonly<{ files?: number; fileSize?: number }>

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
export async function readUpload(request: FastifyRequest): Promise<Upload> {
  const { fields, files, isTooLarge } = await readForm(request, 1)
  return { fields, file: files[0] ?? null, isTooLarge }
}

type UploadedForm = Omit<Upload, 'file'> &
  Readonly<{ files: readonly UploadedFile[] /** The extra ones were dropped. */; isTooMany: boolean }>

/** Reads a form's text fields and its optional files, up to a number of them. Empty files are ignored. */
export async function readForm(request: FastifyRequest, mostFiles: number): Promise<UploadedForm> {
  const fields: Record<string, string> = {}
  const files: UploadedFile[] = []
  let isTooLarge = false
  try {
    for await (const part of partsOf(request, { files: mostFiles })) {
      if (part.type === 'file') {
        // Always read to the end, because the rest of the form follows.
        const bytes = await part.toBuffer()
        if (part.file.truncated) isTooLarge = true
        else if (bytes.length > 0) files.push({ name: part.filename || 'file', bytes: await harmless(bytes) })
      } else if (typeof part.value === 'string') fields[part.fieldname] = part.value
    }
  } catch (error) {
    if (mostFiles === 1 || (error as { code?: string }).code !== 'FST_FILES_LIMIT') throw error
    return { fields, files, isTooLarge, isTooMany: true }
  }
  return { fields, files, isTooLarge, isTooMany: false }
}

/** The file as it may be kept. Throws for a PDF with scripts and for a picture too large to open. */
async function harmless(bytes: Buffer): Promise<Buffer> {
  const type = fileType(bytes)
  if (type === 'application/pdf' && (await hasScripts(bytes)) !== false)
    throw new RefusedFile(
      'This PDF contains scripts or is too complex. Print it to a new PDF and upload that.',
    )
  if (type !== 'image/png' && type !== 'image/jpeg') return bytes
  const size = pictureSize(bytes)
  if (size && size.width * size.height > mostPixels)
    throw new RefusedFile('This picture is too large. Make it smaller, or take a photo of it.')
  return withoutPlace(bytes)
}

const hasScripts = fileThread<Uint8Array, boolean>(new URL('./pdf-scripts.worker.ts', import.meta.url), 5)

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
export function isWhole(bytes: Buffer): boolean {
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
