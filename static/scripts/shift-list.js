// Keeps a signed list of clearance on this phone, and answers from it when there is no connection. An answer counts only
// until its own end; after that, the list says "Unknown, ask". What is kept goes with "Leave quickly" and signing out.

/**
 * @typedef {{ id: string, name: string, employee_id: string | null, answer: string, until: string | null,
 *   on_leave: boolean, holds_until: string, why: string }} Person
 * @typedef {{ program: string, program_name: string, iat: number, exp: number, people: Person[] }} List
 * @typedef {{ signed: string, keys: (JsonWebKey & { kid: string })[] }} Kept
 */

const listKey = 'shift-list'
const checksKey = 'shift-checks'
const day = 86_400

/** @param {string} key */
const read = (key) => {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null')
  } catch {
    return null
  }
}

/** @param {string} key @param {unknown} value */
const write = (key, value) => localStorage.setItem(key, JSON.stringify(value))

/** @param {string} text */
const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))

/** @param {string} text */
const jsonOf = (text) => JSON.parse(new TextDecoder().decode(bytesOf(text)))

/**
 * The list, if its signature is right. A changed or damaged one is no list.
 * @param {Kept | null} kept @returns {Promise<List | null>}
 */
async function opened(kept) {
  try {
    const { signed, keys } = /** @type {Kept} */ (kept)
    const [head, body, signature] = /** @type {[string, string, string]} */ (signed.split('.'))
    const jwk = keys.find(({ kid }) => kid === jsonOf(head).kid)
    const key = await crypto.subtle.importKey('raw', bytesOf(jwk?.x ?? ''), 'Ed25519', false, ['verify'])
    const data = new TextEncoder().encode(`${head}.${body}`)
    return (await crypto.subtle.verify('Ed25519', key, bytesOf(signature), data)) ? jsonOf(body) : null
  } catch {
    return null
  }
}

const now = () => Date.now() / 1000

/** What the list says of a person at this moment. @param {List} list @param {Person} person */
function wordsOf(list, person) {
  if (now() >= list.exp || Date.now() >= Date.parse(person.holds_until)) return 'Unknown, ask'
  if (person.on_leave) return 'On leave, not cleared'
  if (person.answer === 'yes') return 'Cleared'
  return `${person.answer === 'no' ? 'Not cleared' : 'Unknown, ask'}. ${person.why}`
}

const time = new Intl.DateTimeFormat('en-US', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'America/Chicago',
})

/** @param {string} selector @returns {HTMLElement | null} */
const find = (selector) => document.querySelector(selector)

// On the program's page: keep the list, and send what was noted without a connection.
const keeper = find('[data-keeps-list]')
if (keeper) {
  const button = /** @type {HTMLButtonElement} */ (find('[data-keep-list]'))
  const link = /** @type {HTMLElement} */ (find('[data-kept-link]'))
  const status = /** @type {HTMLElement} */ (find('[data-keep-status]'))
  button.hidden = false
  link.hidden = !read(listKey)
  button.addEventListener('click', async () => {
    const answer = await fetch(String(keeper.dataset.keepsList)).catch(() => null)
    if (answer?.status === 404) {
      status.textContent = 'This roster is too large to keep on a phone.'
      return
    }
    const kept = answer?.ok ? await answer.json() : null
    const list = await opened(kept)
    if (!list) {
      status.textContent =
        'The list couldn’t be kept on this phone. Try another browser, or print the clearance list.'
      return
    }
    write(listKey, kept)
    if ('serviceWorker' in navigator) navigator.serviceWorker.register('/sw.js')
    link.hidden = false
    status.textContent = `Kept. It works without a connection until ${time.format(list.exp * 1000)}.`
  })
}

const unsent = find('[data-kept-checks]')
if (unsent) {
  const checks = read(checksKey) ?? []
  const program = unsent.dataset.keptChecks
  const check = checks.find((/** @type {{ program: string }} */ one) => one.program === program)
  const form = unsent.querySelector('form')
  if (check && form) {
    unsent.hidden = false
    const field = (/** @type {string} */ name, /** @type {string} */ value) => {
      const input = form.querySelector(`[name=${name}]`) ?? document.createElement('input')
      Object.assign(input, { type: 'hidden', name, value })
      form.append(input)
    }
    field('signed', check.signed)
    field('checked_at', check.checked_at)
    for (const id of check.people) {
      const input = document.createElement('input')
      Object.assign(input, { type: 'hidden', name: 'row', value: id })
      form.append(input)
    }
    const when = find('[data-kept-when]')
    if (when) when.textContent = `Noted ${time.format(Date.parse(check.checked_at))}`
    form.addEventListener('submit', () =>
      write(
        checksKey,
        checks.filter((/** @type {unknown} */ one) => one !== check),
      ),
    )
  }
}

// On the kept page.
const page = find('[data-kept-list]')
if (page) show(page)

/** @param {HTMLElement} place */
async function show(place) {
  const kept = /** @type {Kept | null} */ (read(listKey))
  const list = await opened(kept)
  const lead = /** @type {HTMLElement} */ (find('[data-kept-lead]'))
  if (!kept || !list) {
    lead.textContent = kept
      ? 'The list on this phone is damaged. Ask your supervisor who may have direct contact.'
      : 'No list is kept on this phone. To keep one, open Shift check-in while you have a connection.'
    return
  }
  // Names stay no longer than they are of use.
  if (now() > list.exp + day) {
    localStorage.removeItem(listKey)
    lead.textContent = 'The list on this phone was more than a day too old, so it was removed.'
    return
  }
  place.hidden = false
  const rows = list.people.map((person) => row(list, person))
  find('[data-kept-people]')?.replaceChildren(...rows.map(({ item }) => item))
  const search = /** @type {HTMLInputElement} */ (find('#find'))
  const draw = () => {
    const isOver = now() >= list.exp
    lead.textContent = isOver
      ? `The list of ${list.program_name} ended ${time.format(list.exp * 1000)}. It no longer says who may have direct contact: ask.`
      : `${list.program_name}, as signed ${time.format(list.iat * 1000)}. It holds until ${time.format(list.exp * 1000)}.`
    const asked = search.value.toLowerCase()
    for (const one of rows) {
      one.words.textContent = wordsOf(list, one.person)
      one.item.hidden = !`${one.person.name} ${one.person.employee_id ?? ''}`.toLowerCase().includes(asked)
    }
    const free = rows.filter(({ box, person }) => !box.checked && wordsOf(list, person) === 'Cleared')
    const standIns = /** @type {HTMLElement} */ (find('[data-kept-standins]'))
    standIns.textContent =
      free
        .slice(0, 12)
        .map(({ person }) => person.name)
        .join(', ') || 'No one else on this list is cleared now.'
    const record = /** @type {HTMLButtonElement} */ (find('[data-kept-record]'))
    record.disabled = isOver
  }
  draw()
  // An answer can end while the page is open.
  setInterval(draw, 30_000)
  place.addEventListener('input', draw)
  find('[data-kept-record]')?.addEventListener('click', () => {
    const people = rows.filter(({ box }) => box.checked).map(({ person }) => person.id)
    const status = /** @type {HTMLElement} */ (find('[data-kept-status]'))
    if (people.length === 0) {
      status.textContent = 'Check at least one person.'
      return
    }
    const checked_at = new Date().toISOString()
    const check = { program: list.program, checked_at, people, signed: kept.signed }
    write(checksKey, [...(read(checksKey) ?? []), check])
    status.textContent = `Noted ${time.format(Date.parse(checked_at))}. It isn’t on record yet: open Shift check-in once you have a connection, and send it.`
  })
  find('[data-kept-remove]')?.addEventListener('click', () => {
    localStorage.removeItem(listKey)
    location.reload()
  })
}

/** @param {List} list @param {Person} person */
function row(list, person) {
  const item = document.createElement('li')
  const box = document.createElement('input')
  const label = document.createElement('label')
  const words = document.createElement('span')
  Object.assign(box, {
    type: 'checkbox',
    id: `row-${person.id}`,
    className: 'usa-checkbox__input usa-checkbox__input--tile',
  })
  Object.assign(label, { htmlFor: box.id, className: 'usa-checkbox__label' })
  words.className = 'usa-checkbox__label-description'
  words.textContent = wordsOf(list, person)
  label.append(person.name, ' ', words)
  item.append(box, label)
  return { item, box, words, person }
}
