/** `npm run keys -- list | rotate | publish | compromised`: the keys that sign certificates. */
import { parseArgs } from 'node:util'
import {
  changeKeyFile,
  KeyFileError,
  openKeyFile,
  readKeyFile,
} from '#server/certificates/credentials/key-file.ts'
import {
  didDocument,
  issuerDid,
  type Keys,
  markCompromised,
  newSigningKey,
  publishedKeys,
  rotate,
} from '#server/certificates/credentials/keys.ts'
import { settings } from '#server/settings.ts'

const usage = `Usage:
  npm run keys -- list                             which keys there are, and when each signs
  npm run keys -- rotate                           sign with a new key from now on
  npm run --silent keys -- publish > keys.json     the public keys, to verify certificates offline
  npm run --silent keys -- publish --did           the same as the document behind did:web
  npm run keys -- compromised KEY --on 2027-03-31T00:00:00Z
                                                   nothing that KEY signed from then on is genuine
Each takes --keys-file FILE and --base-url https://… instead of this installation's own.`

const { command, key, options } = readArguments()
const config = options['keys-file'] && options['base-url'] ? undefined : settings()
const file = options['keys-file'] ?? config?.keysFile ?? end(usage)
const controller = issuerDid(options['base-url'] ?? config?.baseUrl ?? end(usage))
const now = new Date()

try {
  if (command === 'list') list(await readKeyFile(file))
  else if (command === 'rotate') await rotateKeys()
  else if (command === 'publish') await publish()
  else if (command === 'compromised') await compromised()
  else end(usage)
} catch (error) {
  if (!(error instanceof KeyFileError)) throw error
  end(error.message)
}

function list({ keys }: Keys): void {
  for (const { id, valid_from, valid_to, compromised_on } of keys) {
    const until = valid_to === null ? 'signing now' : `until ${valid_to}`
    const warning = compromised_on === null ? '' : `, compromised from ${compromised_on}`
    console.log(`${id}\n  from ${valid_from}, ${until}${warning}`)
  }
}

async function rotateKeys(): Promise<void> {
  await openKeyFile(file, controller, now)
  const keys = await changeKeyFile(file, async (found) =>
    rotate(found, await newSigningKey(controller, new Date())),
  )
  console.log(
    'New certificates are signed with a new key. Earlier certificates stay genuine. Publish the keys again.',
  )
  list(keys)
}

async function publish(): Promise<void> {
  const published = publishedKeys(await readKeyFile(file))
  console.log(JSON.stringify(options.did ? didDocument(published, controller) : published, null, 2))
}

async function compromised(): Promise<void> {
  const on = new Date(options.on ?? '')
  if (Number.isNaN(on.getTime())) end(`Enter when the key was compromised, such as --on ${now.toISOString()}`)
  const keys = await changeKeyFile(file, async (found) => {
    const known = found.keys.find(({ id }) => id === key || id.endsWith(`#${key}`))
    if (!known) throw new KeyFileError(`There is no key ${key ?? ''} in ${file}.`)
    const marked = markCompromised(found, known.id, on)
    const signs = marked.keys.some(
      (other) => other.controller === known.controller && other.valid_to === null,
    )
    return signs ? marked : rotate(marked, await newSigningKey(known.controller, new Date()))
  })
  console.log('The key is marked as compromised, and a new key is in use. Publish the keys again.')
  list(keys)
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        'keys-file': { type: 'string' },
        'base-url': { type: 'string' },
        on: { type: 'string' },
        did: { type: 'boolean' },
      },
    })
    return { command: positionals[0], key: positionals[1], options: values }
  } catch (error) {
    return end(`${(error as Error).message}\n${usage}`)
  }
}

function end(message: string): never {
  console.error(message)
  process.exit(2)
}
