import type { Page } from 'playwright-core'

type Sent = Readonly<{ at: number; action: string; isHtmx: boolean; isQueued: boolean }>

/**
 * Cuts the network under each form of a page that posts, once for each kind of form: it is filled in and sent without a
 * connection, then, where htmx sends it, once more while the answer is lost, and then pressed twice with a connection.
 * What was typed must stay, a sentence must say what happened, and one request must go out. Nothing reaches the server.
 */
export function cuttingNetwork() {
  const seen = new Set<string>()
  const problems: string[] = []
  const kindOf = (action: string) => action.replaceAll(/[0-9a-f-]{36}|\?.*|SH-\w+/g, '')
  const cut = async (page: Page): Promise<void> => {
    await page.waitForLoadState('load')
    const known = await page.evaluate(formsThatPost)
    const forms = known.filter(({ action }) => !seen.has(kindOf(action)))
    for (const { action } of forms) seen.add(kindOf(action))
    if (forms.length === 0) return
    const note = (at: number, when: string, found: readonly string[]) =>
      problems.push(...found.map((one) => `${kindOf(known[at]!.action)}, ${when}: ${one}`))
    const noteWhatIsLost = async (at: number, when: string) => {
      await page.waitForFunction(whatIsSaid, at, { timeout: 3000 }).catch(() => null)
      const words = await page.evaluate(whatIsSaid, at)
      note(at, when, words?.startsWith('No connection.') ? [] : [`the page says “${words}”`])
      note(at, when, await page.evaluate(whatIsLost, at))
    }
    for (const { at } of forms) await page.evaluate(fillIn, at)
    await page.context().setOffline(true)
    for (const { at } of forms) {
      await page.evaluate(send, { at, times: 1 })
      await noteWhatIsLost(at, 'offline')
    }
    let answer: 'lost' | 'here' = 'lost'
    const posts: string[] = []
    await page.route('**', (route) => {
      const request = route.request()
      if (request.method() !== 'POST' || request.url().endsWith('/session')) return route.fallback()
      posts.push(request.url())
      return answer === 'lost' ? route.abort() : route.fulfill({ status: 204 })
    })
    await page.context().setOffline(false)
    for (const { at } of forms.filter(({ isHtmx, isQueued }) => isHtmx && !isQueued)) {
      await page.evaluate(send, { at, times: 1 })
      await noteWhatIsLost(at, 'answer lost')
    }
    answer = 'here'
    for (const { at, isHtmx, isQueued } of forms) {
      if (isQueued) continue
      posts.length = 0
      await page.evaluate(send, { at, times: isHtmx ? 1 : 2 })
      // A lesson also sends the time spent in it.
      const sent = () => posts.filter((url) => new URL(url).pathname === known[at]!.action).length
      for (let waits = 0; sent() === 0 && waits < 40; waits++) await page.waitForTimeout(25)
      note(at, 'connected', sent() === 1 ? [] : [`sent ${sent()} times`])
    }
    // What waits on this device stays out of later pages.
    await page.evaluate(() => localStorage.removeItem('queue'))
    await page.unrouteAll()
  }
  return { cut, problems, seen }
}

/** Runs in the page, as what follows does. */
function formsThatPost(): Sent[] {
  const forms = [...document.querySelectorAll<HTMLFormElement>('form[method=post]')]
  // An answer may take a form out of the page.
  Object.assign(globalThis, { forms })
  return forms.map((form, at) => ({
    at,
    action: new URL(form.getAttribute('action') ?? '', location.href).pathname,
    isHtmx: form.hasAttribute('hx-post'),
    isQueued: form.hasAttribute('data-queues'),
  }))
}

function fillIn(at: number): void {
  const form = (globalThis as unknown as { forms: HTMLFormElement[] }).forms[at]!
  form.noValidate = true
  for (const field of form.elements) {
    if (field instanceof HTMLTextAreaElement) field.value = 'Words that took a while'
    if (field instanceof HTMLInputElement && /^(text|search|tel|password|email)$/.test(field.type))
      field.value = 'Words that took a while'
    if (field instanceof HTMLInputElement && /^(radio|checkbox)$/.test(field.type)) field.checked = true
  }
}

function send({ at, times }: { at: number; times: number }): void {
  const form = (globalThis as unknown as { forms: HTMLFormElement[] }).forms[at]!
  const buttons = [...document.querySelectorAll<HTMLButtonElement>('button')].filter(
    (one) => one.form === form && one.type === 'submit' && one.formMethod !== 'get',
  )
  for (let time = 0; time < times; time++) form.requestSubmit(buttons[0] ?? null)
}

/** The sentence at the form, or at its button where that is outside. */
function whatIsSaid(at: number): string | null {
  const form = (globalThis as unknown as { forms: HTMLFormElement[] }).forms[at]!
  const outside = [...document.querySelectorAll('button')].find(
    (one) => one.form === form && !form.contains(one),
  )
  const line = form.querySelector('.form-unsent') ?? outside?.parentElement?.querySelector('.form-unsent')
  return line?.textContent || null
}

function whatIsLost(at: number): readonly string[] {
  const form = (globalThis as unknown as { forms: HTMLFormElement[] }).forms[at]!
  return [...form.elements].flatMap((field) => {
    const isText =
      field instanceof HTMLTextAreaElement ||
      (field instanceof HTMLInputElement && /^(text|search|tel|password|email)$/.test(field.type))
    return isText && field.value !== 'Words that took a while' ? [`${field.name} was not kept`] : []
  })
}
