import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import Type from 'typebox'
import Value from 'typebox/value'
import {
  issuerDid,
  type Keys,
  newSigningKey,
  type PublishedKeys,
  rotate,
  type SigningKey,
  signingKeyAt,
} from './keys.ts'

const published = {
  id: Type.String(),
  controller: Type.String(),
  public_key_multibase: Type.String(),
  valid_from: Type.String(),
  valid_to: Type.Union([Type.String(), Type.Null()]),
  compromised_on: Type.Union([Type.String(), Type.Null()]),
}
const closed = { additionalProperties: false }
const publishedShape = Type.Object({ keys: Type.Array(Type.Object(published, closed)) })
const secretShape = Type.Object({
  keys: Type.Array(Type.Object({ ...published, secret_key_multibase: Type.String() }, closed)),
  data_key: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' })),
  witness_key: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' })),
})

export class KeyFileError extends Error {}

/**
 * The signing keys, created at the first start. Read again for each signature, so that a rotation takes effect at once.
 * A controller without a key gets one: its installation has a new address.
 */
export async function openKeyFile(file: string, controller: string, now: Date): Promise<Keys> {
  const keys = (await readKeysIfThere(file)) ?? (await createKeyFile(file, controller, now))
  if (keys.keys.some((key) => key.controller === controller)) return keys
  return changeKeyFile(file, async (found) =>
    found.keys.some((key) => key.controller === controller)
      ? found
      : rotate(found, await newSigningKey(controller, now)),
  )
}

/** The key that seals secrets in the database. A key file from an earlier version gets one. */
export async function openDataKey(file: string, controller: string, now: Date): Promise<Buffer> {
  const { data_key } = await openKeyFile(file, controller, now)
  const kept =
    data_key ??
    (await changeKeyFile(file, async (keys) => ({ ...keys, data_key: keys.data_key ?? newDataKey() })))
      .data_key
  return Buffer.from(kept ?? '', 'base64')
}

/** The key that cosigns other ledgers, made when it is first needed. It is not rotated: others have it in their settings. */
export async function openWitnessSeed(file: string, controller: string, now: Date): Promise<Buffer> {
  const { witness_key } = await openKeyFile(file, controller, now)
  const kept =
    witness_key ??
    (await changeKeyFile(file, async (keys) => ({ ...keys, witness_key: keys.witness_key ?? newDataKey() })))
      .witness_key
  return Buffer.from(kept ?? '', 'base64')
}

const newDataKey = () => randomBytes(32).toString('base64')

/** The key that signs for a site at an instant, read for this one signature. */
export async function openSigningKey(file: string, site: string, now: Date): Promise<SigningKey> {
  const did = issuerDid(site)
  const key = signingKeyAt(await openKeyFile(file, did, now), did, now)
  if (!key) throw new KeyFileError(`No key in ${file} signs for ${did} at ${now.toISOString()}.`)
  return key
}

export async function readKeyFile(file: string): Promise<Keys> {
  const keys = await readKeysIfThere(file)
  if (!keys) throw new KeyFileError(`There is no key file at ${file}.`)
  return keys
}

/** Changes the keys under a lock. If two changes lost a key, no one could verify its certificates. */
export async function changeKeyFile(file: string, change: (keys: Keys) => Promise<Keys>): Promise<Keys> {
  const lock = `${file}.lock`
  await take(lock)
  try {
    const changed = await change(await readKeyFile(file))
    // Written next to the old file and renamed, so that a crash leaves one of the two intact.
    await rename(await writeBeside(file, changed), file)
    return changed
  } finally {
    await unlink(lock)
  }
}

/** Waits for a change that is going on: the first requests at a new address all find that it has no key. */
async function take(lock: string): Promise<void> {
  for (let tries = 100; tries > 0; tries--) {
    try {
      return await (await open(lock, 'wx', 0o600)).close()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    await after(30)
  }
  throw new KeyFileError(`Another command is changing the keys. If none is running, remove ${lock}.`)
}

async function createKeyFile(file: string, controller: string, now: Date): Promise<Keys> {
  const keys = { keys: [await newSigningKey(controller, now)], data_key: newDataKey() }
  const beside = await writeBeside(file, keys)
  try {
    // Two first starts may run this at once. The later one uses the key of the earlier one.
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

/** Undefined where there is no file. A file that others can read, or that holds no keys, is refused. */
export async function readKeysIfThere(file: string): Promise<Keys | undefined> {
  const text = await textOf(file)
  if (text === undefined) return undefined
  const { mode } = await stat(file)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new KeyFileError(
      `${file} can be read by other users. Run chmod 600 on it. If someone may have read it, mark its keys as compromised.`,
    )
  const keys = parsed(text, file)
  if (!Value.Check(secretShape, keys)) throw new KeyFileError(`${file} does not hold signing keys.`)
  return keys
}

/** The file that an installation publishes for verifying certificates offline. */
export async function readPublishedKeys(file: string): Promise<PublishedKeys> {
  const text = await textOf(file)
  if (text === undefined) throw new KeyFileError(`There is no file ${file}.`)
  const keys = parsed(text, file)
  if (!Value.Check(publishedShape, keys)) throw new KeyFileError(`${file} does not hold published keys.`)
  return keys
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new KeyFileError(`${file} is not JSON.`)
  }
}
