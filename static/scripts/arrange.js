// Sorting, matching and ordering by tap, drag and keyboard. The lists that the page has without this script stay in the
// form, out of sight, and hold the answer.

/** @typedef {{ key: string, html: string }} Thing */
/** @typedef {{ cards: Thing[], places: Thing[], where: (card: string) => string, put: (card: string, place: string) => void }} Board */

for (const box of document.querySelectorAll('[data-arrange]')) arrange(/** @type {HTMLElement} */ (box))
// An exercise comes back after each answer.
document.addEventListener('htmx:after:swap', () => {
  for (const box of document.querySelectorAll('[data-arrange]:not(.arranged)'))
    arrange(/** @type {HTMLElement} */ (box))
})

/** @param {HTMLElement} box */
function arrange(box) {
  const kind = box.dataset.arrange ?? ''
  const lists = /** @type {HTMLSelectElement[]} */ ([...box.querySelectorAll('select')])
  if (lists.length === 0) return
  const board = kind === 'sort' ? sortBoard(lists) : kind === 'match' ? matchBoard(lists) : orderBoard(lists)
  const area = document.createElement('div')
  area.className = `arrange arrange-${kind}`
  const news = document.createElement('p')
  news.className = 'usa-sr-only'
  news.role = 'status'
  box.append(area, news)
  box.classList.add('arranged')
  let picked = ''

  for (const list of lists) {
    list.tabIndex = -1
    list.ariaHidden = 'true'
    list.addEventListener('change', draw)
    // A message about a line leads to its list; what people see is its card.
    list.addEventListener('focus', () => {
      const card = kind === 'match' ? area.querySelector('.arrange-card') : cardOf(list.name)
      if (card instanceof HTMLElement) card.focus()
    })
  }

  area.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button') : null
    const { card = '', here, back, by } = button?.dataset ?? {}
    if (back) move(back, '')
    else if (by) step(card, Number(by))
    else if (here) move(picked, here)
    else if (card && kind !== 'order') {
      picked = picked === card ? '' : card
      draw()
      cardOf(card)?.focus()
      say(picked ? `${textOf(card)}: picked. Choose where it goes.` : 'Put back.')
    }
  })

  area.addEventListener('keydown', (event) => {
    const { card } = /** @type {HTMLElement} */ (event.target).dataset
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
    if (!card || !by) return
    event.preventDefault()
    step(card, by)
  })

  area.addEventListener('pointerdown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target)
    const card = /** @type {HTMLElement | null} */ (target.closest('.arrange-card'))
    // A finger on the words scrolls the page. On the grip it drags.
    if (card && (event.pointerType === 'mouse' || target.closest('.arrange-grip'))) drag(card, event)
  })

  /**
   * @param {HTMLElement} card
   * @param {PointerEvent} start
   */
  function drag(card, start) {
    let isMoved = false
    const ending = new AbortController()
    /** @param {PointerEvent} event */
    const over = ({ clientX, clientY }) =>
      /** @type {HTMLElement | null | undefined} */ (
        document.elementFromPoint(clientX, clientY)?.closest('[data-place]')
      )
    /** @param {PointerEvent} event */
    const onMove = (event) => {
      const [x, y] = [event.clientX - start.clientX, event.clientY - start.clientY]
      isMoved ||= Math.hypot(x, y) > 6
      if (!isMoved) return
      card.classList.add('arrange-dragged')
      card.style.translate = `${x}px ${y}px`
      for (const place of area.querySelectorAll('[data-place]'))
        place.classList.toggle('arrange-over', place === over(event))
    }
    /** @param {PointerEvent} event */
    const onEnd = (event) => {
      ending.abort()
      const place = event.type === 'pointerup' ? over(event)?.dataset.place : undefined
      if (!isMoved) return
      // The click that follows a drag picks nothing.
      addEventListener('click', (click) => click.stopPropagation(), { capture: true, once: true })
      setTimeout(() => dispatchEvent(new Event('click')))
      if (place === undefined) draw()
      else move(card.dataset.card ?? '', place)
    }
    addEventListener('pointermove', onMove, ending)
    addEventListener('pointerup', onEnd, ending)
    addEventListener('pointercancel', onEnd, ending)
  }

  /**
   * @param {string} card
   * @param {number} by
   */
  function step(card, by) {
    const keys = ['', ...board.places.map(({ key }) => key)]
    const isTaken = (/** @type {string | undefined} */ place) =>
      kind === 'match' && place && board.cards.some(({ key }) => key !== card && board.where(key) === place)
    let at = keys.indexOf(board.where(card)) + by
    while (isTaken(keys[at])) at += by
    if (at >= (kind === 'order' ? 1 : 0) && at < keys.length) move(card, keys[at] ?? '', card)
  }

  /**
   * @param {string} card
   * @param {string} place
   * @param {string} [focus]
   */
  function move(card, place, focus) {
    board.put(card, place)
    picked = ''
    draw()
    const left = board.cards.filter(({ key }) => !board.where(key))
    const to = board.places.find(({ key }) => key === place)
    cardOf(focus ?? left[0]?.key ?? card)?.focus()
    const rest = kind === 'order' ? '' : ` ${left.length} left.`
    say(`${textOf(card)}: ${to ? plain(to.html) : 'taken out'}.${rest}`)
  }

  function draw() {
    const left = board.cards.filter(({ key }) => !board.where(key))
    const pool = `<p class="arrange-left">${left.length} left to place</p>
      <p class="quiet">Choose one, then where it goes. You can also drag it, or use the arrow keys.</p>
      <ul class="arrange-cards" data-place="">${left.map((one) => `<li>${card(one)}</li>`).join('')}</ul>`
    const places = board.places.map((place) => {
      const here = board.cards.filter(({ key }) => board.where(key) === place.key)
      const cards = here.map((one) => `<li>${card(one)}${backButton(one)}</li>`).join('')
      // A place of a match takes one card.
      const button =
        picked && !(kind === 'match' && here.length > 0)
          ? `<button type="button" class="arrange-here" data-here="${place.key}">Place it here<span class="usa-sr-only">: ${place.html}</span></button>`
          : ''
      return `<div class="arrange-place${picked ? ' arrange-open' : ''}" data-place="${place.key}"><p><strong>${place.html}</strong></p><div><ul>${cards}</ul>${button}</div></div>`
    })
    area.innerHTML =
      kind === 'order'
        ? `<p class="quiet">Move the lines with the arrows, by dragging, or with the arrow keys.</p><ol>${lines()}</ol>`
        : kind === 'sort'
          ? pool + places.join('')
          : places.join('') + pool
  }

  const lines = () => {
    const sorted = board.cards.toSorted((a, b) => Number(board.where(a.key)) - Number(board.where(b.key)))
    return sorted
      .map(
        (one, at) => `<li data-place="${at + 1}">${card(one)}
          <button type="button" data-card="${one.key}" data-by="-1" aria-label="Move up: ${plain(one.html)}"${at === 0 ? ' disabled' : ''}>↑</button>
          <button type="button" data-card="${one.key}" data-by="1" aria-label="Move down: ${plain(one.html)}"${at === sorted.length - 1 ? ' disabled' : ''}>↓</button></li>`,
      )
      .join('')
  }

  /** @param {Thing} one */
  const card = ({ key, html }) =>
    `<button type="button" class="arrange-card" data-card="${key}"${kind === 'order' ? '' : ` aria-pressed="${picked === key}"`}><span class="arrange-grip" aria-hidden="true"></span><span>${html}</span></button>`
  /** @param {Thing} one */
  const backButton = ({ key, html }) =>
    `<button type="button" class="arrange-back" data-back="${key}" aria-label="Take out: ${plain(html)}">×</button>`
  /** @param {string} key */
  const cardOf = (key) =>
    /** @type {HTMLElement | null} */ (area.querySelector(`.arrange-card[data-card="${key}"]`))
  /** @param {string} key */
  const textOf = (key) => plain(board.cards.find((one) => one.key === key)?.html ?? '')
  /** @param {string} text */
  const say = (text) => {
    news.textContent = text
  }
  draw()
}

/**
 * Each line is a card, and each option a place.
 * @param {HTMLSelectElement[]} lists
 * @returns {Board}
 */
function sortBoard(lists) {
  const list = (/** @type {string} */ card) => lists.find(({ name }) => name === card)
  return {
    cards: lists.map(lineOf),
    places: optionsOf(lists[0]),
    where: (card) => list(card)?.value ?? '',
    put: (card, place) => set(list(card), place),
  }
}

/**
 * Each option is a card, and each line a place for one.
 * @param {HTMLSelectElement[]} lists
 * @returns {Board}
 */
function matchBoard(lists) {
  return {
    cards: optionsOf(lists[0]),
    places: lists.map(lineOf),
    where: (card) => lists.find(({ value }) => value === card)?.name ?? '',
    put: (card, place) => {
      for (const list of lists) if (list.value === card) set(list, '')
      set(
        lists.find(({ name }) => name === place),
        card,
      )
    },
  }
}

/**
 * The lines in their order. It is no answer before someone has moved one.
 * @param {HTMLSelectElement[]} lists
 * @returns {Board}
 */
function orderBoard(lists) {
  const numbers = lists.map((_, at) => String(at + 1))
  const order = () => {
    const isMoved = lists.some(({ value }) => value)
    return isMoved ? lists.toSorted((a, b) => Number(a.value || 99) - Number(b.value || 99)) : lists
  }
  return {
    cards: lists.map(lineOf),
    places: numbers.map((key) => ({ key, html: `Place ${key}` })),
    where: (card) => String(order().findIndex(({ name }) => name === card) + 1),
    put: (card, place) => {
      const list = lists.find(({ name }) => name === card)
      const others = order().filter((one) => one !== list)
      if (list && place) others.splice(Number(place) - 1, 0, list)
      for (const [at, one] of others.entries()) set(one, String(at + 1))
    },
  }
}

/** @param {HTMLSelectElement} list */
function lineOf(list) {
  return { key: list.name, html: list.labels[0]?.innerHTML ?? '' }
}

/** @param {HTMLSelectElement | undefined} list */
function optionsOf(list) {
  return [...(list?.options ?? [])]
    .filter(({ value }) => value)
    .map(({ value, dataset, innerHTML }) => ({ key: value, html: dataset.text ?? innerHTML }))
}

/**
 * @param {HTMLSelectElement | undefined} list
 * @param {string} value
 */
function set(list, value) {
  if (list) list.value = value
}

/** @param {string} html */
function plain(html) {
  const { textContent } = new DOMParser().parseFromString(html, 'text/html').body
  return (textContent ?? '').replaceAll('"', '”')
}
