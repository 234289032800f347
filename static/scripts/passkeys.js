// Passkeys: a button to add one, a button to sign in with one, and the browser's own offer in the email field.

const message = /** @type {HTMLElement | null} */ (document.querySelector('[data-passkey-message]'))
/** @type {AbortController | null} */
let offered = null
const isAble = typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function'

if (isAble) {
  const add = /** @type {HTMLElement | null} */ (document.querySelector('[data-passkey-add]'))
  if (add) {
    add.hidden = false
    add.addEventListener('click', () => tried(addPasskey))
  }
  const signIn = /** @type {HTMLElement | null} */ (document.querySelector('[data-passkey-sign-in]'))
  if (signIn) {
    signIn.hidden = false
    signIn.addEventListener('click', () => tried(() => signInWith(signIn.dataset.passkeySignIn)))
    offer(signIn.dataset.passkeySignIn)
  }
}

/**
 * The browser lists passkeys in the email field, and waits until one is chosen.
 * @param {string | undefined} next
 */
async function offer(next) {
  if (!document.querySelector('[autocomplete~="webauthn"]')) return
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return
  offered = new AbortController()
  try {
    await signInWith(next, { mediation: 'conditional', signal: offered.signal })
  } catch {
    // Not chosen, or the button was used instead: the form is still there.
  }
}

/**
 * @param {string | undefined} next
 * @param {CredentialRequestOptions} more
 */
async function signInWith(next, more = {}) {
  if (!more.signal) offered?.abort()
  const options = await ask('/sign-in/passkey/challenge', {})
  const credential = /** @type {PublicKeyCredential} */ (
    await navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
      ...more,
    })
  )
  const { location } = await ask('/sign-in/passkey', { response: credential.toJSON(), next })
  window.location.assign(location)
}

async function addPasskey() {
  const options = await ask('/account/second-factor/passkeys/challenge', {})
  const credential = /** @type {PublicKeyCredential} */ (
    await navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
    })
  )
  const name = nameOfDevice()
  const { location } = await ask('/account/second-factor/passkeys', { response: credential.toJSON(), name })
  window.location.assign(location)
}

/**
 * @param {string} address
 * @param {object} body
 */
async function ask(address, body) {
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
    body: JSON.stringify(body),
  })
  const content = await answer.json()
  if (!answer.ok) throw new Error(content.message)
  return content
}

/** @param {() => Promise<void>} what */
async function tried(what) {
  show(null)
  try {
    await what()
  } catch (error) {
    const { name, message: said } = /** @type {Error} */ (error)
    // The person closed the browser's dialog: nothing to explain.
    show(name === 'NotAllowedError' ? 'No passkey was used. You can try again.' : said)
  }
}

/** @param {string | null} text */
function show(text) {
  if (!message) return
  message.hidden = text === null
  message.textContent = text
}

function nameOfDevice() {
  const { platform } = navigator
  return platform ? `Passkey made on ${platform}` : 'Passkey'
}
