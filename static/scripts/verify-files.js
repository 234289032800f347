// Verifies files in the browser, so that they never leave the device. Only the credential inside each file is sent,
// to compare it with the record. Browsers that can't do this send the files with the form.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{ id: string, public_key_multibase: string }} Key */
/** @typedef {Record<string, unknown>} Contexts */
/** @typedef {'broken' | 'locked' | 'none'} Leftover */
/** A credential from an untrusted file, so of any shape. @typedef {any} Credential */

document.addEventListener('submit', (event) => {
  const form = event.target
  if (!(form instanceof HTMLFormElement) || !form.matches('[data-checks-files]') || !crypto.subtle) return
  const chosen = form.elements.namedItem('files')
  const files = chosen instanceof HTMLInputElement ? [...(chosen.files ?? [])] : []
  // If anything fails, submit the form normally.
  const isForHere = files.length <= 20 && files.every(({ size }) => size <= 2 * 1024 * 1024)
  if (!isForHere) return
  event.preventDefault()
  form.setAttribute('aria-busy', 'true')
  const button = form.querySelector('button')
  if (button) {
    button.disabled = true
    button.textContent = 'Checking the files…'
  }
  check(form, files).catch(() => form.submit())
})

/** @param {HTMLFormElement} form @param {File[]} files */
async function check(form, files) {
  const [keys, contexts] = await Promise.all([
    readJson('/keys.json'),
    readJson('/contexts.json'),
    loadScript(form.dataset.checksFiles ?? ''),
  ])
  const findings = await Promise.all(files.map((file) => findingOf(file, keys.keys, contexts)))
  const answer = await fetch('/verify/findings', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ files: findings }),
  })
  if (!answer.ok) throw new Error(String(answer.status))
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const main = document.getElementById('main')
  const found = page.getElementById('main')
  if (!main || !found) throw new Error('The page has no main part.')
  document.title = page.title
  main.replaceChildren(...found.childNodes)
  main.focus()
  window.scrollTo(0, 0)
}

/** @param {File} file @param {Key[]} keys @param {Contexts} contexts */
async function findingOf(file, keys, contexts) {
  const { name } = file
  const bytes = new Uint8Array(await file.arrayBuffer())
  const text = new TextDecoder('latin1').decode(bytes)
  if (!text.startsWith('%PDF-')) {
    const content = bytes.length > 100_000 ? null : utf8(bytes)
    if (content === null) return { name, kind: 'text', text: '', holds: false }
    return { name, kind: 'text', text: content, holds: await isSigned(parsed(content), keys, contexts) }
  }
  const opened = await open(bytes, text)
  if (opened.kind !== 'page') return { name, ...opened }
  const { credential, blanked } = opened
  const sha256 = await digest(blanked)
  const holds = isOfPage(credential, sha256) && (await isSigned(credential, keys, contexts))
  return { name, kind: 'page', credential, page_sha256: hex(sha256), holds }
}

/** Both digests of the page must be its own, or the credential is refused. @param {Credential} credential @param {Bytes} sha256 */
function isOfPage({ relatedResource }, sha256) {
  const [page, ...more] = Array.isArray(relatedResource) ? relatedResource : []
  return (
    more.length === 0 &&
    page?.id === `ni:///sha-256;${base64url(sha256)}` &&
    page?.digestSRI === `sha256-${base64(sha256)}`
  )
}

const context = '"https://www.w3.org/ns/credentials/v2"'
const before = `stream\n{"@context":[${context}`
const behind = '\nendstream'

/**
 * Like `seal.ts`: extracts the credential and blanks its place in the PDF.
 * @param {Bytes} bytes @param {string} text
 * @returns {Promise<{ kind: 'page', credential: Credential, blanked: Bytes } | { kind: Leftover }>}
 */
async function open(bytes, text) {
  const at = text.indexOf(before)
  if (at < 0) return { kind: await leftoverOf(bytes, text) }
  const start = at + 'stream\n'.length
  const end = text.indexOf(behind, start)
  if (end < 0 || text.indexOf(before, start) >= 0) return { kind: 'broken' }
  const credential = parsed((utf8(bytes.subarray(start, end)) ?? '').replace(/ +$/, ''))
  const asWritten = new Uint8Array(end - start).fill(0x20)
  new TextEncoder().encodeInto(JSON.stringify(credential) ?? '', asWritten)
  if (!credential || asWritten.some((byte, index) => byte !== bytes[start + index])) return { kind: 'broken' }
  const blanked = bytes.slice()
  blanked.fill(0x20, start, end)
  return { kind: 'page', credential, blanked }
}

/**
 * Traces of a credential in a file that another program saved again, compressed or locked.
 * @param {Bytes} bytes @param {string} text @returns {Promise<Leftover>}
 */
async function leftoverOf(bytes, text) {
  if (text.includes(context)) return 'broken'
  if (text.includes('/Encrypt')) return 'locked'
  let start = text.indexOf('stream')
  for (let streams = 0; start >= 0 && streams < 500; streams++) {
    const end = text.indexOf('endstream', start)
    if (end < 0) break
    const from = start + (text[start + 6] === '\r' ? 8 : 7)
    if ((await inflated(bytes.subarray(from, end))).includes(context)) return 'broken'
    start = text.indexOf('stream', end + 9)
  }
  return 'none'
}

/** @param {Bytes} bytes */
async function inflated(bytes) {
  // Bytes after the end of the compressed data cause an error, but only after all data has been read.
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate')).getReader()
  let read = ''
  try {
    for (let part = await reader.read(); !part.done && read.length < 100_000; part = await reader.read())
      read += new TextDecoder('latin1').decode(part.value)
  } catch {}
  return read
}

/**
 * The proof `eddsa-rdfc-2022`: Ed25519 over the canonical forms of proof and credential.
 * @param {Credential} credential @param {Key[]} keys @param {Contexts} contexts
 */
async function isSigned(credential, keys, contexts) {
  const { proof: proofs, ...document } = credential ?? {}
  // Certificates until November 2026 have their proof without the list.
  const proof = Array.isArray(proofs) && proofs.length === 1 ? proofs[0] : proofs
  const key = keys.find(({ id }) => id === proof?.verificationMethod)
  const value = fromBase58(proof?.proofValue)
  if (!key || !value || proof.cryptosuite !== 'eddsa-rdfc-2022') return false
  const { proofValue: _value, ...told } = proof
  try {
    const hashes = await Promise.all(
      [{ '@context': document['@context'], ...told }, document].map(async (part) =>
        digest(new TextEncoder().encode(await canonical(part, contexts))),
      ),
    )
    const publicKey = fromBase58(key.public_key_multibase)?.slice(2)
    if (!publicKey) return false
    const imported = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify'])
    return await crypto.subtle.verify(
      'Ed25519',
      imported,
      value,
      new Uint8Array(hashes.flatMap((hash) => [...hash])),
    )
  } catch (error) {
    // Without Ed25519 in the browser, the server decides. A credential with an empty canonical form is invalid.
    if (error instanceof Error && error.name === 'NotSupportedError') throw error
    return false
  }
}

/** @param {object} part @param {Contexts} contexts @returns {Promise<string>} */
const canonical = (part, contexts) =>
  jsonld().canonize(part, {
    algorithm: 'RDFC-1.0',
    base: null,
    safe: true,
    documentLoader: async (/** @type {string} */ url) => {
      if (!Object.hasOwn(contexts, url)) throw new Error(`${url} is not one of our contexts.`)
      return { contextUrl: null, documentUrl: url, document: contexts[url] }
    },
  })

/** @returns {any} */
const jsonld = () => Reflect.get(window, 'jsonld')

/** @param {Bytes} bytes */
const digest = async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
/** @param {Bytes} bytes */
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
/** @param {Bytes} bytes */
const base64 = (bytes) => btoa(String.fromCharCode(...bytes))
/** @param {Bytes} bytes */
const base64url = (bytes) => base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Multibase base58btc; null for anything else. @param {unknown} text */
function fromBase58(text) {
  if (typeof text !== 'string' || !/^z[1-9A-HJ-NP-Za-km-z]{40,90}$/.test(text)) return null
  let value = 0n
  for (const letter of text.slice(1)) value = value * 58n + BigInt(alphabet.indexOf(letter))
  const zeros = text.slice(1).length - text.slice(1).replace(/^1+/, '').length
  const digits = value.toString(16)
  const even = digits.padStart(digits.length + (digits.length % 2), '0')
  return new Uint8Array([
    ...new Uint8Array(zeros),
    ...(even.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)),
  ])
}

/** @param {Bytes} bytes */
function utf8(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/** @param {string} text @returns {Credential} */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** @param {string} address */
async function readJson(address) {
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(String(answer.status))
  return answer.json()
}

/** Loads the library for canonical forms when it is first needed. @param {string} address */
function loadScript(address) {
  if (jsonld()) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = address
    script.onload = resolve
    script.onerror = reject
    document.head.append(script)
  })
}
