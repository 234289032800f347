import type { Multipart } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { Unreadable } from './errors.ts'
import { hasNul } from './input.ts'

type Limits = Readonly<{ files?: number; fileSize?: number }>

/** The fields and files of a form, one after the other; a file that is too large is cut off, and says so. */
export async function* partsOf(request: FastifyRequest, limits: Limits = {}): AsyncGenerator<Multipart> {
  // The option is missing in the plugin's types.
  const options: object = { limits, throwFileSizeLimit: false }
  for await (const part of request.parts(options)) {
    const texts = part.type === 'file' ? part.filename : part.value
    if (hasNul([part.fieldname, texts])) throw new Unreadable('U+0000')
    yield part
  }
}

export type UploadedFile = Readonly<{ name: string; bytes: Buffer }>

export type Upload = Readonly<{
  fields: Readonly<Record<string, string>>
  file: UploadedFile | null
  /** True where the file was larger than is read; it was let go, and the fields are all there. */
  isTooLarge: boolean
}>

/** A form sent with a file: its text fields, and the one file that may come with it; an empty one is left out. */
export async function readUpload(request: FastifyRequest): Promise<Upload> {
  const fields: Record<string, string> = {}
  let file: UploadedFile | null = null
  let isTooLarge = false
  for await (const part of partsOf(request)) {
    if (part.type === 'file') {
      // Read to the end in any case: the form behind it waits.
      const bytes = await part.toBuffer()
      if (part.file.truncated) isTooLarge = true
      else if (bytes.length > 0) file = { name: part.filename || 'file', bytes }
    } else if (typeof part.value === 'string') fields[part.fieldname] = part.value
  }
  return { fields, file, isTooLarge }
}

export type ManyFiles = Readonly<{
  files: readonly (UploadedFile & Readonly<{ isTooLarge: boolean }>)[]
  /** True where more came than are read; those are let go. */
  isTooMany: boolean
}>

/** The files of a form, each read up to so many bytes; empty ones are left out. */
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

/** Whether a file has its own end: a cut off one proves nothing, and one with something behind it may be two things. */
export function isWhole(bytes: Buffer): boolean {
  switch (fileType(bytes)) {
    case 'application/pdf':
      return bytes.subarray(-2048).includes('%%EOF')
    case 'image/png':
      return bytes.subarray(-12).equals(pngEnd)
    case 'image/jpeg':
      // Phones write more behind the picture's end.
      return bytes.includes(jpegEnd)
    default:
      return false
  }
}

const pngEnd = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82])
const jpegEnd = Buffer.from([0xff, 0xd9])

/** The type of a file by its first bytes, whatever its name says; null for anything that we don't keep. */
export function fileType(bytes: Buffer): 'application/pdf' | 'image/png' | 'image/jpeg' | null {
  if (bytes.subarray(0, 5).toString('latin1') === '%PDF-') return 'application/pdf'
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])))
    return 'image/png'
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg'
  return null
}
