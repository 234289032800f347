// Reports how long this lesson was open and visible, as evidence that it was read. It never blocks anyone.

/** @type {HTMLElement | null} */
const lesson = document.querySelector('[data-lesson-time]')
let visibleSince = document.visibilityState === 'visible' ? Date.now() : 0
let unsent = 0

function send() {
  if (visibleSince) unsent += (Date.now() - visibleSince) / 1000
  visibleSince = 0
  const seconds = Math.round(unsent)
  if (seconds < 1 || !lesson?.dataset.lessonTime) return
  unsent = 0
  navigator.sendBeacon(lesson.dataset.lessonTime, new URLSearchParams({ seconds: String(seconds) }))
}

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') send()
  else visibleSince = Date.now()
})
