import type { Element } from 'domhandler'
import { getAttributeValue, getElementsByTagName, textContent } from 'domutils'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { parseDocument } from 'htmlparser2'
import type { Route } from '#test/support/app.ts'

/** Numbers that come again with the same seed (mulberry32). */
export function drawing(seed: number) {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    chance: (share: number) => next() < share,
    below: (most: number) => Math.floor(next() * most),
    oneOf: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!,
  }
}

type Draw = ReturnType<typeof drawing>

type FormField = Readonly<{ name: string; values: readonly string[]; isChosen: boolean }>
type SeenForm = Readonly<{ action: string; isUpload: boolean; fields: readonly FormField[]; seenBy: string }>

/** A request, and who may send it: who saw its address or form, where anyone did. */
type Drawn = Readonly<{ request: InjectOptions & { url: string }; seenBy: string | null }>

/** What no person types, and what some do. */
const hostile = [
  ...[
    '\0',
    'a\0b',
    '\u0001\u001f',
    '\ufeff',
    '\u202egnp.exe',
    '\u00a0',
    'Ā',
    'é'.repeat(300),
    '👩‍👩‍👧',
    '\ud800',
  ],
  ...['', ' ', '\r\n', '\r\nset-cookie: a=b', 'x'.repeat(254), 'x'.repeat(1001), 'x'.repeat(20_000)],
  ...[
    'null',
    'undefined',
    'true',
    '[object Object]',
    '__proto__',
    'constructor',
    'toString',
    '{}',
    '[]',
    '%00',
  ],
  ...['0', '-0', '-1', '1.5', '1e400', '-Infinity', 'NaN', '0x10', '2147483648', '9223372036854775808', '٣'],
  ...[
    '0000-00-00',
    '2026-02-30',
    '0001-01-01',
    '9999-12-31',
    '10000-01-01',
    '+275760-09-13',
    '-000001-01-01',
  ],
  ...['2/30/2026', '13/13/2026', '1/1/0001', '12/31/9999', '1/1/20266', '0/0/0', '24:00', '25:61', '99:99'],
  ...["' or 1=1 --", "'; select pg_sleep(0) --", '\\', '$1', '<script>alert(1)</script>', '<%= 1 %>'],
  ...[
    '../../etc/passwd',
    '//evil.example',
    '/Ā',
    '/\\evil.example',
    'javascript:alert(1)',
    '/%00',
    'http://[',
    '/.//x',
  ],
  ...[
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    'SH-000000',
    'SH-999999999999',
  ],
]

/** By the end of a field's name: what a person may type there. */
const typed: readonly (readonly [RegExp, readonly string[]])[] = [
  [/email/, ['new.person@northstar.example', 'ada@northstar.example', 'lena@x.example']],
  [
    /(_on|_from|_to|_until|^on\d?|hired|known)$/,
    ['1/15/2026', '2026-01-15', '11/1/2025', '12/1/2026', '3/3/2020'],
  ],
  [/(time|^at|^from\d|^to\d)$/, ['8:00 AM', '17:30', '09:00']],
  [/(places|hours|minutes|seconds|size|month|months)/, ['1', '2', '10', '30']],
  [/number/, ['9900001', '9900002', 'SH-000001', 'SH-000002']],
  [/(link|url)/, ['https://meet.example/room']],
]

const paramOf = /:(\w+)/g

/**
 * Draws requests for every address of the service. It learns as it goes: which ids and forms there are it reads in the
 * pages that come back, and each form is filled, changed and broken.
 */
export function drawnRequests(routes: readonly Route[], draw: Draw) {
  const shapes = routes.map((route) => ({ route, pattern: patternOf(route.url) }))
  // No parameter holds a slash.
  const shapesBy = Map.groupBy(shapes, ({ route }) => route.url.split('/').length)
  const values = new Map<string, Map<string, true>>()
  const addresses = new Map<string, Map<string, string>>()
  const forms = new Map<string, SeenForm[]>()

  const keyOf = ({ method, url }: Route) => `${method} ${url}`

  /** The newest and some of the older: what was learned first may be gone by now. */
  function keep<T>(kept: Map<string, T>, key: string, value: T, most: number): void {
    kept.set(key, value)
    if (kept.size > most) kept.delete([...kept.keys()][draw.below(kept.size)]!)
  }

  /** The ids in an address, by the path part before them. */
  function learnAddress(address: string, seenBy: string): void {
    const path = address.split(/[?#]/, 1)[0]!
    const parts = path.split('/').length
    for (const { route, pattern } of shapesBy.get(parts) ?? []) {
      const found = pattern.exec(path)
      if (!found) continue
      for (const [index, name] of paramNames(route.url).entries())
        keep(listIn(values, valueKey(route.url, name)), found[index + 1]!, true, 40)
      keep(listIn(addresses, keyOf(route)), address.split('#', 1)[0]!, seenBy, 40)
    }
  }

  function learnForm(form: SeenForm): void {
    const path = form.action.split(/[?#]/, 1)[0]!
    const found = shapes.find(({ route, pattern }) => route.method === 'POST' && pattern.test(path))
    if (!found) return
    const kept = forms.get(found.route.url) ?? []
    forms.set(found.route.url, kept)
    kept.push(form)
    if (kept.length > 12) kept.splice(draw.below(kept.length), 1)
  }

  function learn(asked: string, answer: LightMyRequestResponse, seenBy: string): void {
    const { location } = answer.headers
    if (location) learnAddress(String(location), seenBy)
    if (!String(answer.headers['content-type']).startsWith('text/html') || answer.statusCode >= 500) return
    const page = parseDocument(answer.body)
    for (const link of getElementsByTagName('a', page)) {
      const href = getAttributeValue(link, 'href')
      if (href?.startsWith('/')) learnAddress(href, seenBy)
    }
    for (const form of getElementsByTagName('form', page))
      if (getAttributeValue(form, 'method') === 'post') learnForm({ ...formOf(form, asked), seenBy })
  }

  function addressFor(route: Route): Readonly<{ address: string; seenBy: string | null }> {
    const known = [...(addresses.get(keyOf(route)) ?? [])]
    if (known.length > 0 && draw.chance(0.7)) {
      const [address, seenBy] = draw.oneOf(known)
      return { address, seenBy }
    }
    const address = route.url.replace(paramOf, (_, name: string) => {
      const learned = [...(values.get(valueKey(route.url, name))?.keys() ?? [])]
      return learned.length === 0 || draw.chance(0.06) ? encoded(draw.oneOf(hostile)) : draw.oneOf(learned)
    })
    return { address, seenBy: null }
  }

  function queryFor(route: Route): string {
    if (!draw.chance(0.25)) return ''
    const schema = route.schema.querystring as { properties?: Record<string, unknown> } | undefined
    const names = [
      ...Object.keys(schema?.properties ?? {}),
      draw.oneOf(['on', 'page', 'next', '__proto__', 'q']),
    ]
    const pairs = Array.from({ length: 1 + draw.below(3) }, () => {
      const name = draw.oneOf(names)
      return `${encoded(name)}=${encoded(draw.chance(0.5) ? draw.oneOf(hostile) : plausible(name))}`
    })
    return pairs.join('&')
  }

  function plausible(name: string): string {
    const known = typed.find(([pattern]) => pattern.test(name))
    return draw.oneOf(known?.[1] ?? ['Lena Fox', 'A reason', 'all', '1', 'yes', 'some words of text'])
  }

  /** The fields of a form as a page offers them or, where none was seen yet, as the address declares them. */
  function pairsFor(route: Route, seen: SeenForm | null): [string, string][] {
    if (seen)
      return seen.fields.flatMap(({ name, values, isChosen }): [string, string][] => {
        if (isChosen) return values.length > 0 ? [[name, draw.oneOf(values)]] : []
        const [value = ''] = values
        return [[name, value === '' || draw.chance(0.2) ? plausible(name) : value]]
      })
    const schema = route.schema.body as { properties?: Record<string, unknown> } | undefined
    return Object.keys(schema?.properties ?? {}).map((name) => [name, plausible(name)])
  }

  function broken(pairs: [string, string][]): [string, string][] {
    const made = pairs.map(([name, value]): [string, string] => [name, value])
    for (let times = 1 + draw.below(3); times > 0; times--) {
      const at = draw.below(made.length)
      const kind = draw.below(5)
      if (made.length === 0 || kind === 0)
        made.push([draw.oneOf(['reason', '__proto__', 'x\0']), draw.oneOf(hostile)])
      else if (kind === 1) made.splice(at, 1)
      else if (kind === 2) made.push([made[at]![0], draw.oneOf(hostile)])
      else made[at] = [made[at]![0], draw.oneOf(hostile)]
    }
    return made
  }

  function bodyFor(route: Route, seen: SeenForm | null): Pick<InjectOptions, 'payload' | 'headers'> {
    const valid = pairsFor(route, seen)
    const pairs = draw.chance(0.45) ? valid : broken(valid)
    if (draw.chance(0.08)) return otherBody(draw, pairs)
    const isUpload = seen?.isUpload !== false && !route.schema.body
    return isUpload !== draw.chance(0.05) ? upload(draw, pairs) : urlencoded(pairs)
  }

  function next(route: Route): Drawn {
    const known = forms.get(route.url)
    const seen = known && draw.chance(0.8) ? draw.oneOf(known) : null
    const { address, seenBy } = seen ? { address: seen.action, seenBy: seen.seenBy } : addressFor(route)
    const query = queryFor(route)
    const body = route.method === 'POST' ? bodyFor(route, seen) : {}
    const request = {
      method: (draw.chance(0.01) ? draw.oneOf(['PUT', 'HEAD', 'DELETE', 'OPTIONS']) : route.method) as 'GET',
      url: query ? `${address}${address.includes('?') ? '&' : '?'}${query}` : address,
      // Far apart, so that no one is throttled.
      remoteAddress: `10.${draw.below(256)}.${draw.below(256)}.${draw.below(256)}`,
      ...body,
      headers: { 'sec-fetch-site': 'same-origin', ...body.headers, ...oddHeaders(draw) },
    }
    return { request, seenBy }
  }

  return { learn, learnAddress, next }
}

function listIn<T>(lists: Map<string, Map<string, T>>, key: string): Map<string, T> {
  const list = lists.get(key) ?? new Map<string, T>()
  lists.set(key, list)
  return list
}

const patternOf = (url: string) => new RegExp(`^${url.replaceAll('.', '\\.').replace(paramOf, '([^/]+?)')}$`)
const paramNames = (url: string) => [...url.matchAll(paramOf)].map(([, name]) => name!)

/** Ids are known by what they stand behind: `programs/:program`. */
const valueKey = (url: string, name: string) =>
  /([^/]*)\/:\w+$/.exec(url.slice(0, url.indexOf(`:${name}`) + name.length + 1))?.[1] + name

function encoded(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    return '%ED%A0%80'
  }
}

function formOf(form: Element, asked: string): Omit<SeenForm, 'seenBy'> {
  const fields = new Map<string, { values: string[]; isChosen: boolean }>()
  const add = (name: string | undefined, value: string, isChosen: boolean) => {
    if (!name) return
    const field = fields.get(name) ?? { values: [], isChosen }
    fields.set(name, field)
    field.values.push(value)
  }
  for (const input of getElementsByTagName('input', form)) {
    const type = getAttributeValue(input, 'type') ?? 'text'
    if (type === 'file') continue
    const value = getAttributeValue(input, 'value') ?? ''
    add(getAttributeValue(input, 'name'), value, type === 'radio' || type === 'checkbox')
  }
  for (const button of getElementsByTagName('button', form))
    add(getAttributeValue(button, 'name'), getAttributeValue(button, 'value') ?? '', true)
  for (const area of getElementsByTagName('textarea', form))
    add(getAttributeValue(area, 'name'), textContent(area), false)
  for (const select of getElementsByTagName('select', form))
    for (const option of getElementsByTagName('option', select))
      add(getAttributeValue(select, 'name'), getAttributeValue(option, 'value') ?? textContent(option), true)
  return {
    action: getAttributeValue(form, 'action') ?? asked,
    isUpload: getAttributeValue(form, 'enctype') === 'multipart/form-data',
    fields: [...fields].map(([name, field]) => ({ name, ...field })),
  }
}

const urlencoded = (pairs: readonly [string, string][]) => ({
  payload: pairs.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&'),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
})

/** A body of another kind than the form's. */
function otherBody(draw: Draw, pairs: readonly [string, string][]) {
  const [type, payload] = draw.oneOf([
    ['application/json', JSON.stringify(Object.fromEntries(pairs))],
    ['application/json', JSON.stringify(Object.fromEntries(pairs.map(([name]) => [name, { a: ['\0', 1] }])))],
    ['application/json', '{"a":'],
    ['application/json', ''],
    ['application/json', '[null]'],
    ['text/plain', '\0'],
    ['application/x-www-form-urlencoded', '%'],
    ['application/x-www-form-urlencoded', 'a=%ED%A0%80&a[b]=1&=&&&'],
    ['multipart/form-data', '--x--'],
    ['multipart/form-data; boundary=', '----'],
    [`multipart/form-data; boundary=${'b'.repeat(300)}`, 'x'],
    ['x', 'x'],
  ] as const)
  return { payload, headers: { 'content-type': type } }
}

const files: readonly Buffer[] = [
  Buffer.from('Name,Email,Hired on,Worker type\nLena Fox,lena@x.example,3/3/2025,employee\n'),
  Buffer.from('Name,Email,Hired on\n"Lena,\0\n;;;\t\n'),
  Buffer.from('License number,Program,Status\n9900001,North Star House,Active\n9900009,New House,Active\n'),
  Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n'),
  Buffer.from('%PDF-1.7\nxref stream /Names << /EmbeddedFiles \0'),
  Buffer.from([
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
  ]),
  Buffer.from([0x50, 0x4b, 5, 6, ...Array<number>(18).fill(0)]),
  Buffer.from([0x50, 0x4b, 3, 4, 255, 255, 255, 255]),
  Buffer.from('{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential"]}'),
  Buffer.from('SH-000001\nSH-000002\nSH-9\n'),
  Buffer.from([0xff, 0xfe, 0, 0, 0xd8, 0xff]),
  Buffer.alloc(0),
]

function upload(draw: Draw, pairs: readonly [string, string][]) {
  const boundary = 'the-boundary-of-a-form'
  const part = (name: string, more: string, content: Buffer) => [
    Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ]
  const fileName = draw.oneOf(['roster.csv', 'letter.pdf', 'a.zip', 'x\0.csv', '../../a', 'Ā.png', ''])
  const field = draw.oneOf(['file', 'file', 'files', 'document', '__proto__'])
  const whole = Buffer.concat([
    ...pairs.flatMap(([name, value]) => part(name, '', Buffer.from(value))),
    ...(draw.chance(0.85)
      ? part(field, `; filename="${fileName}"\r\ncontent-type: application/octet-stream`, draw.oneOf(files))
      : []),
    Buffer.from(`--${boundary}--\r\n`),
  ])
  return {
    payload: draw.chance(0.15) ? whole.subarray(0, draw.below(whole.length)) : whole,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  }
}

function oddHeaders(draw: Draw): Record<string, string> {
  if (!draw.chance(0.08)) return {}
  const [name, value] = draw.oneOf([
    ['accept', 'application/json'],
    ['accept', '\0'],
    ['hx-request', 'true'],
    ['range', 'bytes=99999-1'],
    ['if-none-match', '"\0"'],
    ['if-modified-since', 'x'],
    ['accept-encoding', '\0;q=x'],
    ['authorization', 'Bearer \0'],
    ['authorization', `Bearer ${'x'.repeat(2000)}`],
    ['x-forwarded-for', '\0'],
    ['sec-fetch-site', 'cross-site'],
    ['content-length', '5'],
    ['content-encoding', 'gzip'],
    ['host', 'Ā'],
    ['user-agent', '\0'],
  ] as const)
  return { [name]: value }
}
