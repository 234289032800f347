// Enhancements only: every page works without this script.

// Trusted Types: in browsers that have them, text becomes HTML only through this policy, and no text becomes a script.
// HTML may pass: the page's Content Security Policy runs no script in it.
const { trustedTypes } = /** @type {any} */ (window)
trustedTypes?.createPolicy('default', {
  createHTML: (/** @type {string} */ html) => html,
  createScript: (/** @type {string} */ text) => (text.trim() === '' ? '' : null),
  createScriptURL: (/** @type {string} */ url) =>
    new URL(url, location.href).origin === location.origin ? url : null,
})

/** Leaves immediately and replaces this page in the history, so that Back doesn't return to it. Earlier history stays. */
function leave() {
  const link = document.querySelector('[data-quick-exit]')
  if (!(link instanceof HTMLAnchorElement)) return
  document.documentElement.hidden = true
  document.title = 'Weather'
  forget()
  if (document.documentElement.dataset.leaving) navigator.sendBeacon('/sign-out')
  location.replace(link.href)
}

document.addEventListener('click', (event) => {
  if (!(event.target instanceof Element) || !event.target.closest('[data-quick-exit]')) return
  event.preventDefault()
  leave()
})

/** Removes what was kept on this device: pages for when there is no connection, places in lessons, half-filled forms. */
function forget() {
  try {
    sessionStorage.clear()
    localStorage.clear()
  } catch {}
  if (!('serviceWorker' in navigator)) return
  navigator.serviceWorker.getRegistrations().then((all) => Promise.all(all.map((one) => one.unregister())))
  caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))))
}

// What one person kept on this device goes when another signs in here.
const { person = '', offline = '' } = document.body.dataset
try {
  if (person && (localStorage.person ?? person) !== person) forget()
  if (person) localStorage.person = person
  if (person && (localStorage.queue || document.querySelector('[data-queues]'))) {
    const script = document.createElement('script')
    script.src = offline
    document.head.append(script)
  }
} catch {}

// Pages for a moment of need are kept once someone opens one of them.
if ('serviceWorker' in navigator && document.querySelector('[data-keeps-offline]'))
  navigator.serviceWorker.register('/sw.js')

// Escape or Shift three times with no other key between: typing capitals or closing a list doesn't leave by accident.
let pressed = { key: '', times: 0, at: 0 }
let shiftAlone = false
const hasShortcuts = document.documentElement.dataset.shortcuts !== 'off'

/** @param {string} key */
function count(key) {
  const now = Date.now()
  const goesOn = pressed.key === key && now - pressed.at < 2000
  pressed = { key, times: goesOn ? pressed.times + 1 : 1, at: now }
  if (pressed.times === 3) leave()
}

document.addEventListener('keydown', (event) => {
  if (event.repeat || !hasShortcuts) return
  shiftAlone = event.key === 'Shift'
  if (event.key === '/' && !(/** @type {Element} */ (event.target).closest('input, textarea, select')))
    location.assign('/search')
  if (event.key === 'Escape') count('Escape')
  else if (event.key !== 'Shift') pressed = { key: '', times: 0, at: 0 }
})

document.addEventListener('keyup', (event) => {
  if (event.key === 'Shift' && shiftAlone && hasShortcuts) count('Shift')
})

// A page restored with Back must not be blank or have an open menu.
addEventListener('pageshow', (event) => {
  if (event.persisted) document.documentElement.hidden = false
})

/** @type {HTMLElement | null} */
const first = document.querySelector('[data-focus]')
first?.focus()

// A link that is meant to bring people back keeps how far they have scrolled and what they have filled in, in this tab.
const keeping = 'kept-place'

document.addEventListener('click', ({ target }) => {
  if (!(target instanceof Element) || !target.closest('[data-leaves]')) return
  const fields = [...document.querySelectorAll('main form')].map((form) =>
    [...new FormData(/** @type {HTMLFormElement} */ (form))].filter(
      ([name, value]) => typeof value === 'string' && !/password|code|form_key/.test(name),
    ),
  )
  try {
    const kept = { at: location.pathname, until: Date.now() + 3_600_000, y: scrollY, fields, ...inSight() }
    sessionStorage[keeping] = JSON.stringify(kept)
  } catch {}
})

const blocks = ':is(p, li, h1, h2, h3, legend, label, dt, dd):not([data-arrange] *)'

/** @param {Element} block */
const startOf = (block) => block.textContent?.trim().slice(0, 80)

/** The text at the top of the screen, because the page may be shorter above it the next time. */
function inSight() {
  const line = (document.querySelector('.site-header')?.getBoundingClientRect().bottom ?? 0) + 8
  const block = [...document.querySelectorAll(`main ${blocks}`)].find(
    (one) => one.getBoundingClientRect().top > line && !one.closest('details:not([open]), [popover]'),
  )
  return block ? { words: startOf(block), top: block.getBoundingClientRect().top } : {}
}

function comeBack() {
  let kept = null
  try {
    kept = JSON.parse(sessionStorage[keeping] ?? 'null')
    if (kept?.until < Date.now()) kept = null
    // Never for the next person at this tab.
    if (!kept || kept.at === location.pathname || location.pathname === '/sign-in')
      delete sessionStorage[keeping]
  } catch {}
  if (kept?.at !== location.pathname) return
  for (const [at, form] of document.querySelectorAll('main form').entries())
    for (const [name, value] of kept.fields[at] ?? [])
      fillIn(/** @type {HTMLFormElement} */ (form), name, value)
  history.scrollRestoration = 'manual'
  // Other scripts and the fonts change where things are.
  const scroll = () => {
    const block = [...document.querySelectorAll(`main ${blocks}`)].find((one) => startOf(one) === kept.words)
    const top = block ? block.getBoundingClientRect().top + scrollY - kept.top : kept.y
    scrollTo({ top, behavior: 'instant' })
  }
  addEventListener('DOMContentLoaded', scroll)
  addEventListener('load', scroll)
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string} value
 */
function fillIn(form, name, value) {
  for (const field of /** @type {Iterable<any>} */ (form.elements)) {
    if (field.name !== name || field.type === 'hidden' || field.type === 'file') continue
    if (field.type === 'radio' || field.type === 'checkbox') field.checked ||= field.value === value
    else field.value = value
  }
}

// Before other scripts read the form.
comeBack()

// Reading aloud comes with the first press of its button. Where the browser has no voice, there is no button.
const reader = /** @type {HTMLElement | null} */ (document.querySelector('[data-read-aloud]'))
const voices = /** @type {SpeechSynthesis | undefined} */ (window.speechSynthesis)
if (reader && voices) {
  const show = () => {
    reader.hidden = voices.getVoices().length === 0
  }
  voices.addEventListener?.('voiceschanged', show)
  show()
  const fetchReader = () => {
    const script = document.createElement('script')
    script.src = reader.dataset.readAloud ?? ''
    script.addEventListener('load', () => reader.click())
    document.head.append(script)
  }
  reader.addEventListener('click', fetchReader, { once: true })
}

// A menu closes when someone goes on elsewhere on the page.
document.addEventListener('click', ({ target }) => {
  for (const menu of /** @type {NodeListOf<HTMLDetailsElement>} */ (
    document.querySelectorAll('.bar-menu[open], .site-menu[open]')
  ))
    if (target instanceof Node && (!menu.contains(target) || /** @type {Element} */ (target).closest('a')))
      menu.open = false
})

// A password can be shown while it is typed.
for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-reveal]'))) {
  const field = fieldOf(button.dataset.reveal)
  if (!field) continue
  button.hidden = false
  button.addEventListener('click', () => reveal(field, button, field.type === 'password'))
  // A browser offers to save a password only where the field is one when the form is sent.
  field.form?.addEventListener('submit', () => reveal(field, button, false))
}

/**
 * @param {string | undefined} id
 * @returns {HTMLInputElement | null}
 */
function fieldOf(id) {
  return /** @type {HTMLInputElement | null} */ (document.getElementById(id ?? ''))
}

/**
 * @param {HTMLInputElement} field
 * @param {HTMLElement} button
 * @param {boolean} isShown
 */
function reveal(field, button, isShown) {
  field.type = isShown ? 'text' : 'password'
  if (button.firstChild) button.firstChild.nodeValue = isShown ? 'Hide' : 'Show'
  button.setAttribute('aria-pressed', String(isShown))
}

for (const button of /** @type {NodeListOf<HTMLElement>} */ (
  document.querySelectorAll('[data-use-passphrase]')
)) {
  button.hidden = false
  button.addEventListener('click', () => {
    const field = fieldOf(button.dataset.usePassphrase)
    if (!field) return
    field.value = button.parentElement?.querySelector('strong')?.textContent ?? ''
    const show = /** @type {HTMLElement | null} */ (
      document.querySelector(`[data-reveal="${field.id}"][aria-pressed="false"]`)
    )
    show?.click()
    field.focus()
  })
}

// What a search shows can be kept and sent: its address is in the bar. htmx's own history stays off, since it would
// load a page again, with what was typed in it, on the way back from a link within that page.
document.addEventListener('htmx:after:swap', (event) => {
  const { sourceElement, request } = /** @type {CustomEvent} */ (event).detail.ctx
  if (sourceElement?.hasAttribute('hx-replace-url')) history.replaceState(history.state, '', request.action)
})

// A lost connection shows at once, next to the button, and what was typed stays. Lessons keep some forms for later.
/** @type {SubmitEvent | null} */
let lastSubmit = null

document.addEventListener(
  'submit',
  (event) => {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || methodOf(event) !== 'post') return
    lastSubmit = event
    placeOf(form, event.submitter).querySelector('.form-unsent')?.remove()
    if (navigator.onLine) return
    event.preventDefault()
    // Nor by htmx.
    event.stopImmediatePropagation()
    keepUnsent(form, event.submitter)
  },
  { capture: true },
)

// The service worker couldn't send a form.
navigator.serviceWorker?.addEventListener('message', () => {
  const form = lastSubmit?.target
  if (form instanceof HTMLFormElement && form.isConnected) keepUnsent(form, lastSubmit?.submitter)
})

document.addEventListener('sent', (event) => say(/** @type {CustomEvent} */ (event).detail, 'success'))

document.addEventListener('htmx:error', (event) => {
  const { sourceElement, response } = /** @type {CustomEvent} */ (event).detail.ctx
  const form = response ? null : sourceElement?.closest('form[method=post]')
  if (form) keepUnsent(form, lastSubmit?.submitter)
  else say('Your request didn’t reach us. What you typed is still here. Try again.')
})

/** @param {SubmitEvent} event */
function methodOf({ target, submitter }) {
  // A button may only ask for a page or a file.
  return submitter?.getAttribute('formmethod') ?? /** @type {HTMLFormElement} */ (target).method
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [submitter]
 */
function keepUnsent(form, submitter = null) {
  delete form.dataset.sentAt
  /** @param {string} text */
  const sayHere = (text) => sayAt(placeOf(form, submitter), text)
  const isKept = !form.dispatchEvent(
    new CustomEvent('unsent', { bubbles: true, cancelable: true, detail: { submitter, sayHere } }),
  )
  if (!isKept)
    sayHere(
      'No connection. Nothing was sent, and what you typed is still here. Try again once you’re connected.',
    )
}

/**
 * Next to the action: a button may be outside its form.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 */
function placeOf(form, submitter) {
  return (form.contains(submitter) ? form : submitter?.parentElement) ?? form
}

/**
 * @param {HTMLElement} place
 * @param {string} text
 */
function sayAt(place, text) {
  const line = place.querySelector('.form-unsent') ?? document.createElement('p')
  line.className = 'form-unsent'
  line.role = 'alert'
  place.append(line)
  line.textContent = text
}

// Two minutes before the session ends, the person can stay, unless it ends however much it is used.
const { idleSeconds, secondsLeft } = document.body.dataset
let warning = 0
/** @type {HTMLElement | undefined} */
let ending

function waitForTheEnd() {
  clearTimeout(warning)
  if (!idleSeconds) return
  const last = Number(secondsLeft) - performance.now() / 1000
  const seconds = Math.min(Number(idleSeconds), last)
  warning = window.setTimeout(() => warn(seconds === last), (seconds - 120) * 1000)
}

/** @param {boolean} isLast */
function warn(isLast) {
  const button = document.createElement('button')
  button.className = 'usa-button usa-button--outline'
  button.textContent = 'Stay signed in'
  button.addEventListener('click', stay)
  const more = isLast ? 'What you send after that is kept until you sign in again.' : button
  ending = say('You’ll be signed out within two minutes.', 'warning', more)
}

async function stay() {
  const answer = await fetch('/session', { method: 'POST', redirect: 'manual' }).catch(() => null)
  if (answer?.type === 'opaqueredirect')
    return say('You were signed out. What you send next is kept until you sign in again.')
  if (!answer?.ok) return
  ending?.remove()
  waitForTheEnd()
}

// Someone who reads or writes on a page that is in sight stays signed in.
let isUsed = false
document.onscroll =
  document.onkeydown =
  document.onpointerdown =
    () => {
      isUsed = true
    }
if (idleSeconds)
  setInterval(() => {
    if (isUsed && !document.hidden) stay()
    isUsed = false
  }, Number(idleSeconds) * 100)

waitForTheEnd()
document.addEventListener('htmx:after:request', waitForTheEnd)
document.addEventListener('time-sent', waitForTheEnd)

/**
 * @param {string} text
 * @param {string} kind
 * @param {HTMLElement | string} more
 */
function say(text, kind = 'error', more = '') {
  const frame = document.createElement('div')
  frame.innerHTML = `<div class="usa-alert usa-alert--${kind}"><div class="usa-alert__body"><p class="usa-alert__text"></p></div></div>`
  frame.querySelector('p')?.append(text, ' ', more)
  document.getElementById('messages')?.replaceChildren(frame)
  return frame
}

// A double click would send a form twice and show the answer to the second, which only says that it was sent before.
let isReached = false
document.addEventListener('submit', async (event) => {
  const { target: form, submitter } = event
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || methodOf(event) !== 'post') return
  if (Date.now() - Number(form.dataset.sentAt ?? 0) < 2000) return event.preventDefault()
  form.dataset.sentAt = String(Date.now())
  // Without a service worker, the browser would leave the page for an error page of its own. A page that was open for
  // a while asks first whether we can be reached.
  if (isReached || navigator.serviceWorker?.controller || performance.now() < 10_000) return
  event.preventDefault()
  if (!(await fetch('/healthz').catch(() => null))) return keepUnsent(form, submitter)
  delete form.dataset.sentAt
  isReached = true
  form.requestSubmit(submitter)
  isReached = false
})

// Checked rows: the bar with what to do for them appears with the first check, counts them, and stays in reach.
document.addEventListener('change', (event) => {
  const box = /** @type {HTMLInputElement} */ (event.target)
  const form = box.form
  if (!form?.querySelector('[data-checked-bar]')) return
  if (box.hasAttribute('data-check-all')) for (const row of rowsOf(form)) row.checked = box.checked
  countChecked(form)
})

document.addEventListener('htmx:after:swap', showChecks)
showChecks()

function showChecks() {
  for (const bar of document.querySelectorAll('[data-checked-bar]')) {
    const form = bar.closest('form')
    if (!form) continue
    const withScripts = '[data-check-all], [data-check-all] + label, [data-print-checked]'
    for (const hidden of form.querySelectorAll(withScripts)) hidden.removeAttribute('hidden')
    countChecked(form)
  }
}

/**
 * @param {HTMLFormElement} form
 * @returns {HTMLInputElement[]}
 */
function rowsOf(form) {
  return [.../** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll('input[name="row"]'))]
}

/** @param {HTMLFormElement} form */
function countChecked(form) {
  const rows = rowsOf(form)
  const count = rows.filter((row) => row.checked).length
  const bar = /** @type {HTMLElement} */ (form.querySelector('[data-checked-bar]'))
  bar.hidden = count === 0
  bar.classList.add('checked-bar-counted')
  const all = /** @type {HTMLInputElement | null} */ (form.querySelector('[data-check-all]'))
  if (all) all.checked = count > 0 && count === rows.length
  const says = bar.querySelector('[data-checked-count]')
  if (says) says.textContent = count === 1 ? '1 person checked' : `${count} people checked`
  const button = /** @type {HTMLElement | null} */ (bar.querySelector('[data-checked-label]'))
  if (button) button.textContent = `${button.dataset.checkedLabel} ${count}`
}

// Prints the checked rows alone.
document.addEventListener('click', (event) => {
  const button = event.target instanceof Element && event.target.closest('[data-print-checked]')
  if (!button) return
  document.documentElement.classList.add('print-checked')
  print()
  document.documentElement.classList.remove('print-checked')
})

// A PDF shows beside its form where there is room and the browser opens PDFs itself: first the frame, which the viewer fits to.
if (navigator.pdfViewerEnabled && matchMedia('(min-width: 60em)').matches)
  for (const frame of /** @type {NodeListOf<HTMLIFrameElement>} */ (
    document.querySelectorAll('[data-pdf]')
  )) {
    frame.hidden = false
    frame.src = frame.dataset.pdf ?? ''
  }
