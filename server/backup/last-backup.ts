import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { backupsAmong } from './backup-file.ts'

export type LastBackup = Readonly<{ file: string; bytes: number; at: Date; count: number }>

/** The newest backup in a folder; null where there is none yet. */
export async function findLastBackup(folder: string): Promise<LastBackup | null> {
  const files = backupsAmong(await readdir(folder).catch(() => []))
  const [newest] = files
  if (!newest) return null
  const file = path.join(folder, newest)
  const { size, mtime } = await stat(file)
  return { file, bytes: size, at: mtime, count: files.length }
}
