// Glossary notes are native popovers: a click, a tap or the keyboard opens them. This script also opens them on hover. The
// note stays open while the mouse is over the term or the note, and Escape closes it.

const rest = 350
const grace = 300
/** @type {number | undefined} */
let timer

/** @type {NodeListOf<HTMLButtonElement>} */
const terms = document.querySelectorAll('.lesson-term[popovertarget]')
for (const term of terms) {
  const note = document.getElementById(term.getAttribute('popovertarget') ?? '')
  if (!note?.showPopover) continue
  // Remove the browser's tooltip, which would cover the note.
  term.setAttribute('aria-description', term.title)
  term.removeAttribute('title')
  const isOpen = () => note.matches(':popover-open')
  let byMouse = false

  term.addEventListener('pointerenter', ({ pointerType }) => {
    clearTimeout(timer)
    if (pointerType !== 'mouse' || isOpen()) return
    timer = setTimeout(() => {
      note.showPopover({ source: term })
      byMouse = true
    }, rest)
  })
  note.addEventListener('pointerenter', () => clearTimeout(timer))
  for (const part of [term, note])
    part.addEventListener('pointerleave', () => {
      clearTimeout(timer)
      if (byMouse) timer = setTimeout(() => note.hidePopover(), grace)
    })
  // A click keeps a note open that hovering opened.
  term.addEventListener('click', (event) => {
    clearTimeout(timer)
    if (byMouse && isOpen()) event.preventDefault()
    byMouse = false
  })
  note.addEventListener('toggle', ({ newState }) => {
    if (newState === 'closed') byMouse = false
  })
}

// A word is saved without leaving the place in the lesson.
document.addEventListener('click', async (event) => {
  const button = event.target instanceof Element ? event.target.closest('[form="save-word"]') : null
  if (!(button instanceof HTMLButtonElement)) return
  event.preventDefault()
  const answer = await fetch('/my-words', {
    method: 'POST',
    headers: { 'Idempotency-Key': crypto.randomUUID(), 'HX-Request': 'true' },
    body: new URLSearchParams({ word: button.value }),
  }).catch(() => null)
  button.textContent = answer?.status === 204 ? 'Saved to your words' : 'Not saved. Try again'
})
