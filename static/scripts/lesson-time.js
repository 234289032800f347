// Reports how long this lesson was open and visible, as evidence that it was read. The server counts no more than the
// time that has really passed. It never blocks anyone.

/** @type {HTMLElement | null} */
const lesson = document.querySelector('[data-lesson-time]')
let visibleSince = document.visibilityState === 'visible' ? Date.now() : 0
let unsent = 0

function sendTime() {
  if (visibleSince) unsent += (Date.now() - visibleSince) / 1000
  visibleSince = document.visibilityState === 'visible' ? Date.now() : 0
  const { lessonTime, opened, paragraph } = lesson?.dataset ?? {}
  const seconds = Math.round(unsent)
  if (seconds < 1 || !lessonTime || !opened) return
  unsent = 0
  const fields = { opened, ...(paragraph && { paragraph }) }
  if (navigator.onLine)
    navigator.sendBeacon(lessonTime, new URLSearchParams({ ...fields, seconds: String(seconds) }))
  else
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
