// Where someone is in a lesson: the line under the bar, the minutes left, and the paragraph to come back to. The place
// stays on this device, and goes to their other devices with the time that is sent below.

const text = /** @type {HTMLElement | null} */ (document.querySelector('[data-keep]'))
const header = /** @type {HTMLElement | null} */ (document.querySelector('.site-header'))
if (text && header) followReading(text, header)

/**
 * @param {HTMLElement} text
 * @param {HTMLElement} header
 */
function followReading(text, header) {
  const parts = /** @type {HTMLElement[]} */ ([...text.children])
  const line = /** @type {HTMLElement | null} */ (document.querySelector('.lesson-bar-progress'))
  const left = /** @type {HTMLElement | null} */ (document.querySelector('[data-left]'))
  const links = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll('.outline-headings a')])
  const key = `place:${text.dataset.keep}`
  const stopped = lastPlace(text, key)
  if (stopped > 1) offerPlace(parts[stopped])
  let isWaiting = false

  addEventListener(
    'scroll',
    () => {
      if (!isWaiting) requestAnimationFrame(look)
      isWaiting = true
    },
    { passive: true },
  )
  look()

  function look() {
    isWaiting = false
    const top = header.offsetHeight
    const { top: start, height } = text.getBoundingClientRect()
    const read = Math.min(1, Math.max(0, (top - start) / Math.max(1, height - innerHeight + top)))
    line?.style.setProperty('--read', String(read))
    if (left) left.textContent = String(Math.ceil(Number(left.dataset.left) * (1 - read)))
    const at = parts.findIndex((part) => part.getBoundingClientRect().bottom > top + 16)
    markHeading(top)
    // Someone who has only opened the page is where they stopped last time.
    if (at < 1 || scrollY < 40) return
    text.dataset.paragraph = String(at)
    try {
      localStorage.setItem(key, `${at} ${Date.now()}`)
    } catch {}
  }

  /** @param {number} top */
  function markHeading(top) {
    const passed = links.filter(
      ({ hash }) =>
        (document.getElementById(hash.slice(1))?.getBoundingClientRect().top ?? Infinity) < top + 40,
    )
    const here = passed.at(-1)?.hash
    for (const link of links)
      if (link.hash === here) link.setAttribute('aria-current', 'true')
      else link.removeAttribute('aria-current')
  }
}

/**
 * The latest place, from this device or from another one.
 * @param {HTMLElement} text
 * @param {string} key
 */
function lastPlace(text, key) {
  let [at, time] = [Number(text.dataset.paragraph ?? 0), Number(text.dataset.paragraphAt ?? 0)]
  try {
    const [ownAt, ownTime] = (localStorage.getItem(key) ?? '').split(' ').map(Number)
    if (ownAt && ownTime && ownTime > time) at = ownAt
  } catch {}
  return at
}

/** @param {HTMLElement | undefined} part */
function offerPlace(part) {
  const button = /** @type {HTMLElement | null} */ (document.querySelector('[data-resume]'))
  if (!part || !button) return
  button.hidden = false
  button.addEventListener('click', () => {
    part.tabIndex = -1
    part.focus({ preventScroll: true })
    part.scrollIntoView()
  })
}

/**
 * What few need is fetched when someone turns to it.
 * @param {string | undefined} address
 * @param {() => void} [then]
 */
function fetchScript(address, then) {
  const script = document.createElement('script')
  script.src = address ?? ''
  if (then) script.addEventListener('load', then)
  document.head.append(script)
}

// An exercise is a plain form until htmx is here.
for (const kind of ['focusin', 'pointerdown'])
  addEventListener(kind, ({ target }) => {
    const address = text?.dataset.htmx
    if (!text || !address || !(target instanceof Element) || !target.closest('.exercise')) return
    delete text.dataset.htmx
    fetchScript(address)
  })

// Highlights, when there are some, when words are selected, or from the button.
const highlighter = /** @type {HTMLElement | null} */ (document.querySelector('[data-highlight]'))
if (text && highlighter && 'highlights' in CSS) {
  let isFetched = false
  /** @param {() => void} [then] */
  const fetchHighlights = (then) => {
    if (!isFetched) fetchScript(highlighter.dataset.highlight, then)
    isFetched = true
  }
  highlighter.hidden = false
  highlighter.addEventListener('click', () => fetchHighlights(() => highlighter.click()))
  document.addEventListener('selectionchange', () => {
    const { anchorNode, isCollapsed } = getSelection() ?? {}
    if (!isCollapsed && anchorNode && text.contains(anchorNode)) fetchHighlights()
  })
  if (document.querySelector('.own-highlight')) fetchHighlights()
}

// A figure opens large in a dialog, which Escape closes. On a small screen it is moved like any part that scrolls.
addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('.lesson-figure-link') : null
  const drawing = link?.querySelector('svg')
  if (!drawing || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  const dialog = document.createElement('dialog')
  dialog.className = 'figure-dialog'
  dialog.ariaLabel = drawing.querySelector('title')?.textContent ?? ''
  dialog.innerHTML =
    '<form method="dialog"><button class="usa-button usa-button--outline">Close</button></form><section class="figure-pan" tabindex="0" aria-label="Figure"></section>'
  const copy = /** @type {SVGElement} */ (drawing.cloneNode(true))
  copy.removeAttribute('aria-labelledby')
  copy.ariaLabel = dialog.ariaLabel
  for (const part of copy.querySelectorAll('[id]')) part.removeAttribute('id')
  dialog.lastElementChild?.append(copy)
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
})

// A link to a source opens the list that it is in.
addEventListener('click', ({ target }) => {
  const link = target instanceof Element ? target.closest('a[href^="#"]') : null
  const around = document.getElementById(link?.getAttribute('href')?.slice(1) ?? '')?.closest('details')
  if (around) around.open = true
})

// Reports how long this lesson was open and visible, as evidence that it was read. The server counts no more than the
// time that has really passed. It never blocks anyone.
let visibleSince = document.visibilityState === 'visible' ? Date.now() : 0
let unsent = 0

function sendTime() {
  if (visibleSince) unsent += (Date.now() - visibleSince) / 1000
  visibleSince = document.visibilityState === 'visible' ? Date.now() : 0
  const { lessonTime, opened, paragraph } = text?.dataset ?? {}
  const seconds = Math.round(unsent)
  if (seconds < 1 || !lessonTime || !opened) return
  unsent = 0
  const fields = { opened, ...(paragraph && { paragraph }) }
  if (navigator.onLine) {
    navigator.sendBeacon(lessonTime, new URLSearchParams({ ...fields, seconds: String(seconds) }))
    document.dispatchEvent(new Event('time-sent'))
  } else
    document.dispatchEvent(
      new CustomEvent('time-unsent', { detail: { ...fields, action: lessonTime, seconds } }),
    )
}

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') sendTime()
  else visibleSince = Date.now()
})
// Once a minute, so that a closed laptop loses little.
setInterval(() => visibleSince && sendTime(), 60_000)
