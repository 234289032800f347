import { verifyCredential } from '@digitalcredentials/verifier-core'

/** A process of its own, so that it trusts the test's certificate authority: verifies the credentials it is given. */
const { credentials, urls } = JSON.parse(process.argv[2] ?? '{}') as {
  credentials: readonly never[]
  urls: readonly string[]
}
// The library reports what it fetches on the console.
const write = console.log
console.log = console.error = () => {}
const { httpClient } = await import('@digitalbazaar/http-client')
const answers = []
for (const credential of credentials)
  answers.push(await verifyCredential({ credential, knownDIDRegistries: [] }))
const documents = []
for (const url of urls) documents.push((await httpClient.get(url)).data ?? null)
write(JSON.stringify({ answers, documents }))
