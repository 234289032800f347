// A word of the glossary opens by itself with a click, a tap or the keyboard. A mouse that rests on it opens it, too: the
// note stays while the mouse is on the word or in the note, and Escape closes it.

const rest = 350
const grace = 300
/** @type {number | undefined} */
let timer

/** @type {NodeListOf<HTMLButtonElement>} */
const terms = document.querySelectorAll('.lesson-term[popovertarget]')
for (const term of terms) {
  const note = document.getElementById(term.getAttribute('popovertarget') ?? '')
  if (!note?.showPopover) continue
  // The browser's own little tip would lie over the note.
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
  // A click on a word that the mouse has opened keeps it open.
  term.addEventListener('click', (event) => {
    clearTimeout(timer)
    if (byMouse && isOpen()) event.preventDefault()
    byMouse = false
  })
  note.addEventListener('toggle', ({ newState }) => {
    if (newState === 'closed') byMouse = false
  })
}
