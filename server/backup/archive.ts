import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import tar from 'tar-stream'
import { BackupError } from './backup-file.ts'

export type AddEntry = (name: string, content: Buffer | string) => Promise<void>

/** Writes a new archive. The file has its name only when it is whole and on the disk. */
export async function writeArchive(file: string, fill: (add: AddEntry) => Promise<void>): Promise<void> {
  const draft = `${file}.part`
  await rm(draft, { force: true })
  const pack = tar.pack()
  const written = pipeline(pack, createGzip(), createWriteStream(draft, { flags: 'wx', mode: 0o600 }))
  const add: AddEntry = (name, content) => {
    const added = new Promise<void>((resolve, reject) => {
      pack.entry({ name, mode: 0o600 }, content, (error) => (error ? reject(error) : resolve()))
    })
    // A full disk ends the writing, and then no entry is taken any more.
    return Promise.race([added, written])
  }
  try {
    await fill(add)
    pack.finalize()
    await written
    await syncedTo(draft, file)
  } catch (error) {
    pack.destroy()
    await written.catch(() => {})
    await rm(draft, { force: true })
    throw error
  }
}

async function syncedTo(draft: string, file: string): Promise<void> {
  const handle = await open(draft, 'r')
  await handle.sync()
  await handle.close()
  await rename(draft, file)
}

/** The entries of an archive in order, each small enough to be held in memory. */
export async function* readArchive(
  file: string,
): AsyncGenerator<Readonly<{ name: string; content: Buffer }>> {
  const extract = tar.extract()
  const read = pipeline(createReadStream(file), createGunzip(), extract).catch((error) =>
    extract.destroy(error),
  )
  try {
    for await (const entry of extract) {
      const chunks: Buffer[] = []
      for await (const chunk of entry) chunks.push(chunk as Buffer)
      yield { name: entry.header.name, content: Buffer.concat(chunks) }
    }
  } catch (error) {
    throw new BackupError(`${file} is damaged or is not a backup (${(error as Error).message}).`)
  }
  await read
}
