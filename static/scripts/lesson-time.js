// Reports how long this lesson was open and visible, as evidence that it was read. The server counts no more than the
// time that has really passed. It never blocks anyone.

/** @type {HTMLElement | null} */
const lesson = document.querySelector('[data-lesson-time]')
let visibleSince = document.visibilityState === 'visible' ? Date.now() : 0
let unsent = 0

function send() {
  if (visibleSince) unsent += (Date.now() - visibleSince) / 1000
  visibleSince = document.visibilityState === 'visible' ? Date.now() : 0
  const { lessonTime, opened, paragraph } = lesson?.dataset ?? {}
  const seconds = Math.round(unsent)
  if (seconds < 1 || !lessonTime || !opened) return
  unsent = 0
  const fields = { opened, seconds: String(seconds), ...(paragraph && { paragraph }) }
  navigator.sendBeacon(lessonTime, new URLSearchParams(fields))
}

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') send()
  else visibleSince = Date.now()
})
// Once a minute, so that a closed laptop loses little.
setInterval(() => visibleSince && send(), 60_000)
