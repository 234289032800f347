import { describe, expect, test } from 'vitest'
import { loadCourses } from '#server/courses/authoring/load.ts'
import { valueAddress } from '#server/courses/authoring/text/markdown.ts'
import { lessonWith } from '#server/courses/catalogue/catalogue.ts'
import { door, fixtureDir, loadedAfter } from './fixture.ts'

const { catalogue } = loadCourses(fixtureDir)
const [atTheDoor, practice] = catalogue.courses.get('welcome')!.working!.modules[0]!.lessons
const html = atTheDoor!.html

/** The page’s element with these words in its opening tag, up to its end. */
const piece = (from: string, to: string) => {
  const start = html.indexOf(from)
  expect(start, `${from} is on the page`).toBeGreaterThanOrEqual(0)
  return html.slice(start, html.indexOf(to, start) + to.length)
}

describe('the text of a lesson', () => {
  test('links web addresses written without https, but not section numbers or times', () => {
    expect(valueAddress('report.cybertip.org')).toBe('https://report.cybertip.org')
    for (const text of ['245A.25', '260e.36', '2.5 hours', 'a.m.', 'Minn. Stat. 260E.36', '911'])
      expect(valueAddress(text), text).toBeUndefined()
  })

  test('has its values filled in, with addresses and phone numbers as links', () => {
    expect(html).toContain('within 24 hours.')
    expect(html).toContain('<a class="lesson-phone" href="tel:+15550100100">1-555-010-0100</a>')
    expect(html).toContain('<a href="mailto:desk@house.example">desk@house.example</a>')
    expect(html).toContain(
      '<a href="https://handbook.example/welcome" rel="noreferrer noopener">the handbook</a>',
    )
    expect(atTheDoor!.purpose).toBe(
      'You will know how to meet a newcomer, and by when to show them around (24 hours).',
    )
    expect(atTheDoor!.contentNote).toBe('This lesson speaks of being new and afraid.')
  })

  test('has headings that can be linked to', () => {
    expect(atTheDoor!.headings).toEqual([
      { id: 'part-who-to-call', text: 'Who to call', level: 2 },
      { id: 'part-what-is-said', text: 'What is said', level: 3 },
      { id: 'part-a-hard-night', text: 'A hard night', level: 2 },
      { id: 'part-after-it', text: 'After it', level: 2 },
    ])
    for (const { id, level } of atTheDoor!.headings) expect(html).toContain(`<h${level} id="${id}">`)
  })

  test('explains each glossary term once, in a popover without scripts', () => {
    expect(html).toContain(
      '<button type="button" class="lesson-term" popovertarget="term-newcomer" title="Somebody who arrived within the last week.">newcomer</button>',
    )
    expect(html.match(/id="term-front-desk"/g)).toHaveLength(1)
    expect(html.match(/popovertarget="term-front-desk"/g)).toHaveLength(3)
    expect(html).toContain('>desk</button>')
    expect(piece('<div class="lesson-term-note" id="term-front-desk" popover>', '</div>')).toContain(
      '<a href="/glossary#front-desk">',
    )
  })

  test('shows each block with its heading', () => {
    expect(html).toContain('<div class="lesson-key-point">\n<p class="lesson-label">Key point</p>')
    expect(html).toContain('<div class="lesson-definition">\n<p class="lesson-label"><dfn>Newcomer</dfn></p>')
    expect(html).toContain('<div class="lesson-reflection">\n<p class="lesson-label">Think about it</p>')
    expect(html).toContain('<div class="lesson-tomorrow">')
    expect(html).toContain('<div class="lesson-steps">\n<ol>')
    expect(html).toContain('<th scope="col">Who</th>')
  })

  test('tells the two people of a dialogue apart', () => {
    const dialogue = piece('<div class="lesson-dialogue">', '</div>')
    expect(dialogue.match(/lesson-turn-1/g)).toHaveLength(2)
    expect(dialogue.match(/lesson-turn-2/g)).toHaveLength(1)
  })

  test('lets a reader skip what a note warns of', () => {
    expect(piece('<div class="lesson-content-note">', '</div>')).toContain(
      '<a href="#part-after-it">Skip to “After it”</a>',
    )
  })

  test('shows the support lines inside a block of another', () => {
    expect(piece('<div class="lesson-support">', '</div>')).toContain(
      '<a href="sms:741741">text MN to 741741</a>',
    )
  })

  test('removes HTML written by authors', () => {
    const { catalogue } = loadedAfter({
      [door]: (text) => text.replace('A cup', '<img src=x onerror=alert(1)> & 1 < 2 A cup'),
    })
    const lesson = catalogue.courses.get('welcome')!.working!.modules[0]!.lessons[0]!
    expect(lesson.html).not.toContain('onerror')
    expect(lesson.html).toContain('&amp; 1 &lt; 2')
  })

  test('has no style, no script and no id twice', () => {
    for (const text of [html, practice!.html]) {
      expect(text).not.toMatch(/\sstyle=|<script|<style|\son\w+=/)
      const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
      expect(new Set(ids).size).toBe(ids.length)
      const targets = [...text.matchAll(/(?:href="#|for="|popovertarget="|aria-labelledby=")([^"]+)"/g)]
      for (const [, id] of targets) expect(ids).toContain(id)
    }
  })
})

describe('sources', () => {
  test('are numbered in the order in which the text meets them', () => {
    expect(html).toContain(
      'day and night.<sup class="lesson-cite">&nbsp;<a href="#source-F-01" role="doc-noteref" aria-label="Source 1">1</a></sup>',
    )
    expect(html).toContain('<a href="#source-F-02" role="doc-noteref" aria-label="Sources 1, 2">1,2</a>')
  })

  test('stand at the end, one entry for several facts, with the day on which they were last checked', () => {
    expect(atTheDoor!.sources).toEqual([
      {
        number: 1,
        key: 'S1',
        title: 'House handbook',
        publisher: 'Example House',
        url: 'https://handbook.example',
        checked: '2026-10-01',
        facts: ['F-01', 'F-02'],
        secondHand: false,
      },
      {
        number: 2,
        key: 'S2',
        title: 'Rules for visitors',
        publisher: 'Example County',
        url: undefined,
        checked: '2026-10-01',
        facts: ['F-03'],
        secondHand: false,
      },
    ])
    const list = piece('<details class="lesson-sources"', '</details>')
    expect(list).toContain('Checked October 1, 2026.')
    expect(list).toContain('rel="noreferrer noopener"><cite>House handbook</cite></a>, Example House.')
  })

  test('do not list practice advice, which is marked in place', () => {
    expect(html).toContain('A cup of tea helps. <small class="lesson-practice">Practice advice</small>')
    expect(atTheDoor!.factKeys).toEqual(['F-01', 'F-02', 'F-04', 'F-03'])
  })

  test('are those of the exercises, too', () => {
    expect(practice!.factKeys).toEqual(['F-04', 'F-01'])
    expect(practice!.sources.map(({ key }) => key)).toEqual(['S1'])
  })
})

test('a figure is drawn inline with its title, its caption and the same in words', () => {
  const figure = piece('<figure class="lesson-figure">', '</figure>')
  expect(figure).toContain(
    '<svg class="lesson-drawing" role="img" aria-labelledby="figure-1-title" viewBox="0 0 360 120">',
  )
  expect(figure).toContain(
    '<title id="figure-1-title">Every way in passes the desk &amp; somebody there</title>',
  )
  expect(figure).toContain('<marker id="figure-1-head"')
  expect(figure).toContain('marker-end="url(#figure-1-head)"')
  expect(figure).toContain('>1-555-010-0100</text>')
  expect(figure).not.toMatch(/<\?xml|<!--|xmlns/)
  expect(figure).toContain('<figcaption>Every way in passes the desk</figcaption>')
  expect(figure).toContain('<summary>This picture in words</summary>\n<p>The door leads to the front desk.')
})

describe('an exercise in a lesson', () => {
  const at = '/courses/welcome/first-day/practice/exercises'

  test('is a form that works with a script and without', () => {
    expect(practice!.html).toContain(
      `<form class="exercise" id="exercise-name-first" method="post" action="${at}/name-first" hx-post="${at}/name-first" hx-target="#exercise-name-first" hx-swap="outerHTML" data-queues>`,
    )
    expect(practice!.html.match(/<form /g)).toHaveLength(7)
  })

  test('shows its story before its question', () => {
    expect(practice!.html).toContain(
      '<div class="exercise-story"><p>Lin stands at the door with a bag and looks at the floor.</p></div>',
    )
    expect(practice!.html).toContain('<legend class="exercise-stem">What do you say <em>first</em>?</legend>')
  })

  test('does not reveal the answer in the page', () => {
    const forms = practice!.pieces.filter(({ kind }) => kind === 'exercise').map(({ html }) => html)
    for (const form of forms) {
      expect(form).not.toMatch(/correct|best|It is too early|It can wait|asks nothing/)
      const values = [...form.matchAll(/value="([^"]*)"/g)].map(([, value]) => value)
      for (const value of values) expect(value).toMatch(/^(v[0-9a-f]{10}|true|false|\d+|)$/)
    }
  })

  test('can be shown answered inside the whole lesson', () => {
    const answered = lessonWith(practice!, 'name-first', '<p>Answered</p>')
    expect(answered).toContain('<p>Answered</p>')
    expect(answered).not.toContain('id="exercise-name-first"')
    expect(answered).toContain('id="exercise-what-helps"')
  })
})
