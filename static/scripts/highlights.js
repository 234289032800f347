// Highlights in a lesson: select words, or choose a sentence with "Highlight" at the top. They are private, and anchored to
// their paragraph and words. The list under "Notes" is how they are reached without this script.

/**
 * @param {HTMLElement} lesson
 * @param {HTMLElement} list
 */
function offerHighlights(lesson, list) {
  const opener = /** @type {HTMLElement | null} */ (document.querySelector('[data-highlight]'))
  const bar = document.createElement('div')
  bar.className = 'read-aloud highlight-bar'
  bar.role = 'region'
  bar.ariaLabel = 'Highlight'
  bar.innerHTML = `<button type="button" data-by="-1">Previous sentence</button>
    <button type="button" data-by="1">Next sentence</button>
    <button type="button" data-save>Highlight</button> <button type="button" data-close>Close</button>
    <span role="status"></span>`
  const news = /** @type {HTMLElement} */ (bar.querySelector('[role=status]'))
  const steps = /** @type {NodeListOf<HTMLElement>} */ (bar.querySelectorAll('[data-by]'))
  /** @type {Range[]} */
  let sentences = []
  let at = 0
  /** @type {Range | null} */
  let chosen = null
  paint()

  opener?.addEventListener('click', () => {
    sentences = sentencesIn(lesson)
    const top = document.querySelector('.site-header')?.getBoundingClientRect().bottom ?? 0
    at = Math.max(
      0,
      sentences.findIndex((one) => one.getBoundingClientRect().top >= top),
    )
    open(true)
    choose()
    steps[1]?.focus()
  })

  document.addEventListener('selectionchange', takeSelection)
  takeSelection()

  function takeSelection() {
    const selection = getSelection()
    if (!selection || selection.isCollapsed) return
    const range = selection.getRangeAt(0)
    if (!lesson.contains(range.commonAncestorContainer) || piecesOf(range).length === 0) return
    chosen = range.cloneRange()
    if (!bar.isConnected) open(false)
  }

  // A press on the bar must not drop the selection.
  bar.addEventListener('pointerdown', (event) => event.preventDefault())
  bar.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') close()
  })
  bar.addEventListener('click', ({ target }) => {
    const { by, save, close: closes } = /** @type {HTMLElement} */ (target).dataset
    if (by) {
      at = Math.min(sentences.length - 1, Math.max(0, at + Number(by)))
      choose()
    } else if (save !== undefined) keep()
    else if (closes !== undefined) close()
  })

  list.addEventListener('click', ({ target }) => {
    const item = target instanceof Element ? target.closest('[data-go]')?.closest('.own-highlight') : null
    const range = item && rangeOfItem(/** @type {HTMLElement} */ (item))
    if (!range) return
    getSelection()?.removeAllRanges()
    scrollBy({ top: range.getBoundingClientRect().top - innerHeight / 3 })
  })

  /** @param {boolean} bySentence */
  function open(bySentence) {
    for (const button of steps) button.hidden = !bySentence
    news.textContent = ''
    document.body.append(bar)
  }

  function close() {
    const hadFocus = bar.contains(document.activeElement)
    getSelection()?.removeAllRanges()
    bar.remove()
    if (hadFocus) opener?.focus()
  }

  function choose() {
    const sentence = sentences[at]
    if (!sentence) return
    getSelection()?.removeAllRanges()
    getSelection()?.addRange(sentence)
    chosen = sentence
    news.textContent = sentence.toString().replaceAll(/\s+/g, ' ')
    news.className = 'usa-sr-only'
    const { top, bottom } = sentence.getBoundingClientRect()
    const header = document.querySelector('.site-header')?.getBoundingClientRect().bottom ?? 0
    if (top < header + 16 || bottom > innerHeight - 160) scrollBy({ top: top - innerHeight / 3 })
  }

  async function keep() {
    news.className = ''
    for (const piece of chosen ? piecesOf(chosen) : []) {
      const answer = await fetch(list.dataset.action ?? '', {
        method: 'POST',
        headers: { 'HX-Request': 'true', 'Idempotency-Key': crypto.randomUUID() },
        body: new URLSearchParams(piece),
      }).catch(() => null)
      const elsewhere = answer?.headers.get('hx-redirect')
      if (elsewhere) return location.assign(elsewhere)
      if (!answer?.ok) {
        news.textContent = 'Not saved. Check your connection, then try again.'
        return
      }
      list.innerHTML = await answer.text()
    }
    paint()
    news.textContent = 'Highlighted. It’s under “Notes.”'
  }

  function paint() {
    const ranges = []
    for (const item of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll('.own-highlight'))) {
      const range = rangeOfItem(item)
      if (range) ranges.push(range)
      const [lost, go] = /** @type {NodeListOf<HTMLElement>} */ (
        item.querySelectorAll('[data-lost], [data-go]')
      )
      if (lost) lost.hidden = !!range
      if (go) go.hidden = !range
    }
    CSS.highlights.set('own', new Highlight(...ranges))
  }

  /**
   * The same words nearest to where they were, so that a changed lesson keeps what it still says.
   * @param {HTMLElement} item
   */
  function rangeOfItem({ dataset, firstElementChild }) {
    const paragraph = Number(dataset.paragraph)
    const start = Number(dataset.start)
    const quote = evenly(firstElementChild?.textContent ?? '')
    const near = [...lesson.children]
      .map((block, at) => ({ block, distance: Math.abs(at - paragraph) }))
      .sort((a, b) => a.distance - b.distance)
    for (const { block } of near) {
      const nodes = wordsIn(block)
      const text = evenly(nodes.map(({ data }) => data).join(''))
      const before = text.lastIndexOf(quote, start)
      const after = text.indexOf(quote, start)
      const from = before < 0 || (after >= 0 && after - start < start - before) ? after : before
      if (from >= 0) return rangeIn(nodes, from, from + quote.length)
    }
    return null
  }

  /**
   * What a selection covers, paragraph by paragraph.
   * @param {Range} range
   */
  function piecesOf(range) {
    return [...lesson.children].flatMap((block, paragraph) => {
      if (!range.intersectsNode(block)) return []
      let passed = 0
      let start = -1
      let quote = ''
      for (const node of wordsIn(block)) {
        if (range.intersectsNode(node)) {
          const from = node === range.startContainer ? range.startOffset : 0
          const to = node === range.endContainer ? range.endOffset : node.data.length
          if (start < 0 && to > from) start = passed + from
          quote += node.data.slice(from, to)
        }
        passed += node.data.length
      }
      return quote.trim() && quote.length <= 1000
        ? [{ paragraph: String(paragraph), start: String(start), quote }]
        : []
    })
  }
}

const unmarked = '.exercise, header, figure, [popover], .lesson-sources, .lesson-cite, .usa-sr-only'

/**
 * @param {Element} block
 * @returns {Text[]}
 */
function wordsIn(block) {
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT)
  const nodes = []
  while (walker.nextNode()) {
    const node = /** @type {Text} */ (walker.currentNode)
    if (!node.parentElement?.closest(unmarked)) nodes.push(node)
  }
  return nodes
}

/** @param {HTMLElement} lesson */
function sentencesIn(lesson) {
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })
  return [...lesson.querySelectorAll('p, li, dt, dd, th, td, h2, h3, h4')].flatMap((block) => {
    if (block.closest(unmarked) || block.querySelector('p, li')) return []
    const nodes = wordsIn(block)
    return [...segmenter.segment(nodes.map(({ data }) => data).join(''))]
      .filter(({ segment }) => segment.trim())
      .map(({ index, segment }) => rangeIn(nodes, index, index + segment.trimEnd().length))
  })
}

/** Line breaks may fall elsewhere in a later version. @param {string} text */
function evenly(text) {
  return text.replaceAll(/\s/g, ' ')
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

const marked = /** @type {HTMLElement | null} */ (document.querySelector('[data-keep]'))
const ownList = document.getElementById('highlights')
if (marked && ownList) offerHighlights(marked, ownList)
