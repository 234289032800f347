// Lessons without a connection. What someone does there waits on this device and is sent once; a whole module can be kept.

/** @typedef {{ id: string, action: string, fields: [string, string][], at: number, form: string }} Waiting */

/** @returns {Waiting[]} */
function readQueue() {
  try {
    return JSON.parse(localStorage.getItem('queue') ?? '[]')
  } catch {
    return []
  }
}

/** @param {Waiting[]} items */
function writeQueue(items) {
  try {
    localStorage.setItem('queue', JSON.stringify(items))
    return true
  } catch {
    return false
  }
}

/**
 * Of an exercise, only the last answer waits.
 * @param {string} action
 * @param {Iterable<[string, unknown]>} entries
 * @param {string} [form]
 */
function enqueue(action, entries, form = '') {
  const fields = /** @type {[string, string][]} */ ([...entries].filter(([name]) => name !== 'form_key'))
  const others = readQueue().filter((item) => !form || item.form !== form)
  return writeQueue([...others, { id: crypto.randomUUID(), action, fields, at: Date.now(), form }])
}

document.addEventListener('unsent', async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target)
  if (!form.hasAttribute('data-queues')) return
  const { submitter, sayHere } = /** @type {CustomEvent} */ (event).detail
  if (!enqueue(form.action, new FormData(form, submitter), form.id)) return
  event.preventDefault()
  sendLater()
  if (form.id)
    return sayHere(
      'No connection. Your answer is kept on this device. Once you’re connected, we’ll send it and show you the feedback.',
    )
  const next = form.dataset.next ?? ''
  if (await caches.match(next)) location.assign(next)
  else sayHere('No connection. This is kept on this device, and we’ll send it once you’re connected.')
})

// Time adds up in one line for each lesson, so that a long read stays short here.
document.addEventListener('time-unsent', (event) => {
  const { action, seconds, ...fields } = /** @type {CustomEvent} */ (event).detail
  const items = readQueue()
  const last = items.findLast((item) => item.action === action)
  const total = seconds + Number(Object.fromEntries(last?.fields ?? []).seconds ?? 0)
  writeQueue(items.filter((item) => item !== last))
  enqueue(action, Object.entries({ ...fields, seconds: String(total) }))
})

let sendingAgain = 0

function sendLater() {
  clearTimeout(sendingAgain)
  sendingAgain = window.setTimeout(sendQueue, 30_000)
}

/** Sends what waits, in its order. A line goes only once its answer is here: the server knows its id if it comes again. */
async function sendQueue() {
  if (!navigator.onLine || readQueue().length === 0) return
  await navigator.locks.request('queue', async () => {
    const session = await fetch('/session', { method: 'POST', redirect: 'manual' }).catch(() => null)
    if (session?.status !== 204) return
    for (let item = readQueue()[0]; item; item = readQueue()[0]) {
      const answer = await sendItem(item).catch(() => null)
      if (!answer || answer.status === 429 || answer.status >= 500) return
      const { id } = item
      writeQueue(readQueue().filter((one) => one.id !== id))
      await showFeedback(item, answer)
    }
    const detail = 'You’re connected. What you did without a connection is sent.'
    document.dispatchEvent(new CustomEvent('sent', { detail }))
  })
  if (readQueue().length > 0) sendLater()
}

/** @param {Waiting} item */
function sendItem({ id, action, fields, at }) {
  const body = new URLSearchParams(fields)
  // Clocks differ, so the server hears how long ago it was.
  if (action.endsWith('/time')) body.set('ago', String(Math.max(0, (Date.now() - at) / 1000)))
  const headers = { 'Idempotency-Key': id, 'HX-Request': 'true', 'X-Queued': 'yes' }
  return fetch(action, { method: 'POST', body, headers, redirect: 'manual' })
}

/**
 * @param {Waiting} item
 * @param {Response} answer
 */
async function showFeedback({ form, action }, answer) {
  const exercise = /** @type {HTMLFormElement | null} */ (form && document.getElementById(form))
  if (!exercise || exercise.action !== action || !answer.ok) return
  exercise.outerHTML = await answer.text()
  const shown = document.getElementById(form)
  const { htmx } = /** @type {any} */ (window)
  if (shown) htmx?.process(shown)
  document.dispatchEvent(new CustomEvent('htmx:after:swap', { detail: { ctx: {} } }))
}

addEventListener('online', sendQueue)
sendQueue()

// A module is kept in a cache of its own: "module <address> <title>".
for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-keep-module]')))
  offerModule(part)

/** @param {HTMLElement} part */
async function offerModule(part) {
  if (!('serviceWorker' in navigator)) return
  const address = part.dataset.keepModule ?? ''
  const button = /** @type {HTMLButtonElement} */ (part.querySelector('button'))
  const line = /** @type {HTMLElement} */ (part.querySelector('[role=status]'))
  const find = async () => (await caches.keys()).find((name) => name.startsWith(`module ${address} `))
  const draw = async () => {
    button.textContent = (await find()) ? 'Remove from this device' : 'Keep this module for offline'
    part.hidden = false
  }
  button.addEventListener('click', async () => {
    const name = await find()
    button.disabled = true
    line.textContent = name ? '' : 'Keeping it …'
    const says = name ? caches.delete(name).then(() => 'Removed.') : keepModule(address).then(() => keptWords)
    line.textContent = await says.catch(() => 'That didn’t work. Check your connection, then try again.')
    button.disabled = false
    await draw()
  })
  await draw()
}

const keptWords =
  'Kept on this device for reading and exercises. The questions at the end need a connection. Signing out and “Leave quickly” remove it.'

/** @param {string} address */
async function keepModule(address) {
  await navigator.serviceWorker.register('/sw.js')
  await navigator.serviceWorker.ready
  const { title, pages, files } = await (await fetch(address)).json()
  const name = `module ${address} ${title}`
  const cache = await caches.open(name)
  try {
    await cache.addAll(files)
    for (const { path, from } of pages) {
      const page = await fetch(from)
      if (!page.ok || page.redirected) throw new Error(from)
      await cache.put(path, page)
    }
  } catch (error) {
    await caches.delete(name)
    throw error
  }
}

// The page that stands in for one that can't be reached leads to what is kept.
const keptList = document.querySelector('[data-kept-modules]')
if (keptList)
  caches.keys().then((names) => {
    for (const name of names) {
      const [, , title] = /^module (\S+) (.*)$/.exec(name) ?? []
      if (title) addKept(keptList, name, title)
    }
  })

/**
 * @param {Element} list
 * @param {string} name
 * @param {string} title
 */
async function addKept(list, name, title) {
  const [first] = (await (await caches.open(name)).keys()).filter(({ url }) => url.includes('/courses/'))
  if (!first) return
  const line = document.createElement('li')
  const link = document.createElement('a')
  link.href = first.url
  link.textContent = `Your lessons: ${title}`
  line.append(link)
  list.prepend(line)
}
