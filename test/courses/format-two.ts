import type { CoursesFolder } from '#server/courses/authoring/files/course-files.ts'
import { problemLine } from '#server/courses/authoring/files/problems.ts'
import { loadFolder } from '#server/courses/authoring/load.ts'

/** A course of version 2.0.0 with one module that holds to everything, and the ways in which a text may not. */
type Text = Readonly<Record<string, string>>

const lesson = (title: string, time: string, body = ''): string => `---
title: ${title}
minutes: 1
purpose: You will know what to do at ${time}.
content_note: Somebody is tired in this lesson.
fictional: true
---

Somebody is at the front desk day and night.[^F-01]

::: day "${time}"
Lin is back. Sam looks up from the log and says that it is good to see her.
:::

${body}
`

const explore = `::: explore evening.svg "An evening has two parts"
- **The door:** Say your name.
- **The table:** Bring a plate.
:::`

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 120">
<title>An evening has two parts</title>
<rect class="fig-box fig-step-1" x="10" y="30" width="120" height="60"/>
<text class="fig-text fig-step-1" x="20" y="60">The door</text>
<rect class="fig-box fig-step-2" x="200" y="30" width="120" height="60"/>
<text class="fig-text fig-step-2" x="220" y="60">The table</text>
</svg>`

/** Right answers stand first, and are as long as the others. */
const single = (at: number) => `- id: q${at}
  type: single
  objective: ${(at % 3) + 1}
  stem: Lin comes in at the door on evening ${at}. What is kind?
  facts: [F-01]
  choices:
    - { id: a, text: "Say one kind word", correct: true, why: It asks nothing of her. }
    - { id: b, text: "Ask for a reason!", why: It asks too much of her. }
    - { id: c, text: "Hand her the form", why: It can be filled in tomorrow. }
`

export const scenario = (at: number) => `- id: s${at}
  type: scenario
  objective: ${(at % 3) + 1}
  facts: [F-01]
  opening: It is evening ${at}, and Lin has not eaten.
  start: door
  steps:
    - id: door
      text: She stands in the kitchen door.
      choices:
        - { id: plate, text: Bring her a plate, best: true, why: Food asks nothing., next: table }
        - { id: asked, text: Ask where she was, why: It is too early., next: silent }
    - id: table
      text: She eats and looks up at you.
      choices:
        - { id: sits, text: Sit down with her, best: true, why: Company helps., next: settled }
        - { id: desk, text: Go to your desk., why: She is alone again., next: alone }
    - id: silent
      text: She says nothing at all.
      choices:
        - { id: sorry, text: Say you are sorry, best: true, why: That opens the door., next: mended }
        - { id: again, text: Ask her once more, why: Pressing closes it., next: alone }
  endings:
    - { id: settled, outcome: good, text: She sleeps through the night. }
    - { id: mended, outcome: recovered, text: She comes back for the plate. }
    - { id: alone, outcome: missed, text: She goes to her room hungry. }
`

const goodText: Text = {
  'course.yml': `slug: evenings
title: Evenings at the house
short_title: Evenings
version: 2.0.0
audience: Everyone who works at the house
statute: House rules, part 1
authority: [F-01]
summary: How an evening goes.
max_minutes: 8
written_by: [Pat Example]
`,
  '01-evening/module.yml': `title: An evening
minutes: 2
assessment_minutes: 5
pass_mark: 80
draw: 10
objectives:
  - meet somebody at the door
  - bring a plate
  - say sorry
`,
  '01-evening/01-at-six.md': lesson('At six', '6:00 p.m.', explore),
  '01-evening/02-at-nine.md': lesson('At nine', '9:00 p.m.', 'Nothing else. '.repeat(60)),
  '01-evening/questions.yml': `${Array.from({ length: 20 }, (_, at) => single(at)).join('')}${Array.from({ length: 4 }, (_, at) => scenario(at)).join('')}`,
  'figures/evening.svg': svg,
}

const facts = `values: {}
sources:
  S1: { title: House rules, publisher: The house, seen: "stored copy" }
facts:
  F-01: { status: V, sources: [S1], about: Who is at the desk, checked: 2026-11-23 }
`

/** The course after some edits, read as the service would. */
export function loadText(edits: Readonly<Record<string, (text: string) => string>> = {}) {
  const path = 'courses/evenings'
  const files = Object.entries(goodText).map(([inner, text]) => {
    const edit = edits[inner]
    const now = edit ? edit(text) : text
    if (edit && now === text) throw new Error(`The edit of ${inner} changes nothing.`)
    return [inner, { path: `${path}/${inner}`, inner, text: now }] as const
  })
  const folder: CoursesFolder = {
    path: 'courses',
    facts: { path: 'courses/facts.yml', inner: 'facts.yml', text: facts },
    glossary: undefined,
    catalogue: undefined,
    rightNow: undefined,
    jobAids: [],
    facilitatorsGuide: undefined,
    courses: [{ slug: 'evenings', published: undefined, path, files: new Map(files) }],
  }
  return loadFolder(folder)
}

export const saidOf = (edits: Parameters<typeof loadText>[0]): string[] =>
  loadText(edits).problems.map((problem) => `${problem.level} ${problemLine(problem)}`)
