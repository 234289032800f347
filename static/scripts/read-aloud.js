// Reads a lesson or a question aloud with the browser's own voice, from where someone is, and marks the sentence. site.js
// fetches this script when someone presses the button.

const readAloud = /** @type {HTMLElement | null} */ (document.querySelector('[data-read-aloud]'))
readAloud?.addEventListener('click', () => startReading(speechSynthesis))

const spoken = 'h1, h2, h3, h4, p, li, legend, label, dt, dd, figcaption, th, td, summary'
const silent =
  'svg, [popover], [hidden], .lesson-cite, .usa-sr-only, .lesson-sources, .arranged > :not(.arrange), button:not(.arrange-card), select, details:not([open]) > :not(summary)'
const speeds = ['0.75', '1', '1.25', '1.5', '1.75']

/** @param {SpeechSynthesis} voices */
function startReading(voices) {
  document.querySelector('.read-aloud')?.remove()
  const sentences = sentencesOf(document.querySelector('.lesson-text, .question') ?? document.body)
  const header = document.querySelector('.site-header')?.getBoundingClientRect().bottom ?? 0
  const first = sentences.findIndex((one) => one.getBoundingClientRect().top >= header)
  let at = Math.max(0, first)
  let isPaused = false
  const { bar, pause, stop, speed } = readingBar()
  document.body.append(bar)
  pause.addEventListener('click', () => (isPaused ? speak() : hold()))
  stop.addEventListener('click', end)
  speed.addEventListener('change', () => {
    try {
      localStorage.setItem('read-aloud-speed', speed.value)
    } catch {}
    if (!isPaused) speak()
  })
  addEventListener('pagehide', () => voices.cancel())
  speak()
  pause.focus()
  function speak() {
    const sentence = sentences[at]
    if (!sentence) return end()
    isPaused = false
    pause.textContent = 'Pause'
    voices.cancel()
    const saying = new SpeechSynthesisUtterance(sentence.toString())
    saying.lang = 'en-US'
    saying.rate = Number(speed.value)
    const mine = at
    saying.onend = () => {
      if (isPaused || mine !== at || !bar.isConnected) return
      at += 1
      speak()
    }
    mark(sentence)
    voices.speak(saying)
  }

  function hold() {
    isPaused = true
    pause.textContent = 'Go on'
    voices.cancel()
  }

  function end() {
    isPaused = true
    voices.cancel()
    globalThis.CSS?.highlights?.delete('read-aloud')
    bar.remove()
    readAloud?.focus()
  }

  /** @param {Range} sentence */
  function mark(sentence) {
    if ('highlights' in CSS) CSS.highlights.set('read-aloud', new Highlight(sentence))
    const { top, bottom } = sentence.getBoundingClientRect()
    if (top < header + 16 || bottom > innerHeight - 96) scrollBy({ top: top - innerHeight / 3 })
  }
}

function readingBar() {
  const bar = document.createElement('div')
  bar.className = 'read-aloud'
  bar.role = 'region'
  bar.ariaLabel = 'Read aloud'
  const pause = document.createElement('button')
  const stop = document.createElement('button')
  const label = document.createElement('label')
  const speed = document.createElement('select')
  pause.type = stop.type = 'button'
  stop.textContent = 'Stop'
  label.append('Speed ', speed)
  for (const one of speeds) speed.add(new Option(`${one}×`, one))
  speed.value = keptSpeed()
  bar.append(pause, label, stop)
  return { bar, pause, stop, speed }
}

function keptSpeed() {
  try {
    const value = localStorage.getItem('read-aloud-speed') ?? '1'
    return speeds.includes(value) ? value : '1'
  } catch {
    return '1'
  }
}

/**
 * Every sentence that people see, in order.
 * @param {Element} within
 */
function sentencesOf(within) {
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })
  const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT)
  /** @type {Map<Element, Text[]>} */
  const blocks = new Map()
  while (walker.nextNode()) {
    const node = /** @type {Text} */ (walker.currentNode)
    const block = node.parentElement?.closest(spoken)
    if (!block || !node.data.trim() || node.parentElement?.closest(silent) || !block.checkVisibility())
      continue
    blocks.set(block, [...(blocks.get(block) ?? []), node])
  }
  return [...blocks.values()].flatMap((nodes) => {
    const text = nodes.map(({ data }) => data).join('')
    return [...segmenter.segment(text)]
      .filter(({ segment }) => segment.trim())
      .map(({ index, segment }) => rangeIn(nodes, index, index + segment.trimEnd().length))
  })
}

/**
 * @param {Text[]} nodes
 * @param {number} from
 * @param {number} to
 */
function rangeIn(nodes, from, to) {
  const range = document.createRange()
  let passed = 0
  for (const node of nodes) {
    const end = passed + node.data.length
    if (from >= passed && from < end) range.setStart(node, from - passed)
    if (to > passed && to <= end) range.setEnd(node, to - passed)
    passed = end
  }
  return range
}
