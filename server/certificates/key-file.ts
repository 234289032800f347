import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import Type from 'typebox'
import Value from 'typebox/value'
import { type Keys, newSigningKey, rotate } from './keys.ts'

const shape = Type.Object({
  keys: Type.Array(
    Type.Object(
      {
        id: Type.String(),
        controller: Type.String(),
        public_key_multibase: Type.String(),
        valid_from: Type.String(),
        valid_to: Type.Union([Type.String(), Type.Null()]),
        compromised_on: Type.Union([Type.String(), Type.Null()]),
        secret_key_multibase: Type.String(),
      },
      { additionalProperties: false },
    ),
  ),
})

export class KeyFileError extends Error {}

/**
 * The signing keys, made at the first start. Read it again for each signature: a rotation by command counts at once.
 * A controller that has none yet, because the installation's address is new, gets one.
 */
export async function openKeyFile(file: string, controller: string, now: Date): Promise<Keys> {
  const keys = (await readIfThere(file)) ?? (await createKeyFile(file, controller, now))
  if (keys.keys.some((key) => key.controller === controller)) return keys
  const extended = rotate(keys, await newSigningKey(controller, now))
  await writeKeyFile(file, extended)
  return extended
}

export async function readKeyFile(file: string): Promise<Keys> {
  const keys = await readIfThere(file)
  if (!keys) throw new KeyFileError(`There is no key file at ${file}.`)
  return keys
}

/** Replaces the file whole, so that a crash leaves the old one or the new one. */
export async function writeKeyFile(file: string, keys: Keys): Promise<void> {
  const beside = await writeBeside(file, keys)
  await rename(beside, file)
}

async function createKeyFile(file: string, controller: string, now: Date): Promise<Keys> {
  const keys = { keys: [await newSigningKey(controller, now)] }
  const beside = await writeBeside(file, keys)
  try {
    // Two first starts may come here at once; the later one takes the key of the earlier.
    await link(beside, file)
    return keys
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return await readKeyFile(file)
  } finally {
    await unlink(beside)
  }
}

async function writeBeside(file: string, keys: Keys): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const beside = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(beside, 'wx', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify(keys, null, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return beside
}

async function readIfThere(file: string): Promise<Keys | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const { mode } = await stat(file)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new KeyFileError(
      `${file} can be read by others; run chmod 600 on it, and rotate its keys if they may have been.`,
    )
  return parseKeys(text, file)
}

function parseKeys(text: string, file: string): Keys {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new KeyFileError(`${file} is not JSON.`)
  }
  if (!Value.Check(shape, value)) throw new KeyFileError(`${file} does not hold signing keys.`)
  return value
}
