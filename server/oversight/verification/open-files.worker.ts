import type { UploadedFile } from '#server/web/upload.ts'
import { type OpenedFiles, openFiles } from './bulk-files.ts'

/** Bytes lose their class between threads. */
export default ({ name, bytes }: UploadedFile): OpenedFiles => openFiles({ name, bytes: Buffer.from(bytes) })
