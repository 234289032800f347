import { describe, expect, test } from 'vitest'
import { door, type Edits, module1, pool, practice, saidAfter } from './fixture.ts'

const course = 'welcome/course.yml'
const module = `${module1}/module.yml`
const figure = 'welcome/figures/way-in.svg'
const swap = (from: string, to: string) => (text: string) => text.replace(from, to)
const before = (mark: string, added: string) => (text: string) => text.replace(mark, `${added}${mark}`)
const afterHead = (added: string) => before('## Who to call', `${added}\n\n`)

/** An edit of the fixture and the problem reported: file, line, what is wrong, how to fix it. */
type Case = [deed: string, edits: Edits, says: RegExp]

function each(cases: readonly Case[]) {
  test.each(cases)('%s', (_, edits, says) => {
    expect(saidAfter(edits).join('\n')).toMatch(says)
  })
}

describe('course.yml', () => {
  each([
    [
      'a missing key is named, with what belongs there',
      { [course]: swap('audience: Everyone who works at the house\n', '') },
      /error fixture\/welcome\/course.yml:1: "audience" is missing from course.yml. Add a line "audience: …" with the course’s audience\./,
    ],
    [
      'an unknown key is named on its line, with the key that was meant',
      { [course]: swap('audience:', 'audiense:') },
      /course.yml:5: "audiense" is not a key of course.yml. Did you mean "audience"\?/,
    ],
    [
      'a version has three numbers',
      { [course]: swap('1.0.0', '1.0') },
      /course.yml:4: "version" should be a text; here it is "1". Put it in quotes: "1"\./,
    ],
    [
      'a version in words is refused',
      { [course]: swap('1.0.0', 'first') },
      /course.yml:4: "version" is "first", which has the wrong format\. Enter three numbers with periods, such as 1\.0\.0\./,
    ],
    [
      'the slug is the folder’s name',
      { [course]: swap('slug: welcome', 'slug: welcom') },
      /course.yml:1: The slug is "welcom", but the folder is "welcome". Make them the same\./,
    ],
    [
      'the authority is a fact of the register',
      { [course]: swap('authority: [F-01]', 'authority: [F-09]') },
      /course.yml:7: There is no fact "F-09" in facts.yml/,
    ],
    [
      'a value that does not exist is named',
      { [course]: swap('{{welcome_limit}}', '{{welcome_limt}}') },
      /course.yml:8: There is no value "{{welcome_limt}}" in facts.yml. Did you mean "welcome_limit"\?/,
    ],
    [
      'a published text whose version was edited is refused',
      { 'welcome/published/0.9.0/course.yml': swap('0.9.0', '0.9.1') },
      /published\/0.9.0\/course.yml:4: The version is "0.9.1", but the folder is "0.9.0"/,
    ],
  ])
})

describe('YAML that cannot be read', () => {
  each([
    [
      'a colon inside a text is explained',
      { [module]: swap('title: The first day', 'title: The first day: at the door') },
      /module.yml:1: A colon or a line break inside this text is read as a new key. Put the text in double quotes/,
    ],
    [
      'a duplicate key is reported',
      { [module]: swap('draw: 8', 'draw: 8\ndraw: 9') },
      /module.yml:6: This key appears twice. Keep one of them\./,
    ],
    [
      'a tab is named',
      { [module]: swap('  - meet', '\t- meet') },
      /module.yml:\d+: (A tab is used to indent|This can't be read as YAML)/,
    ],
    [
      'a text that begins with a value needs quotes',
      { [module]: swap('title: The first day', 'title: {{front_desk}}') },
      /module.yml:1: .*(in double quotes|should be a text)/,
    ],
    [
      'a text cut off by a # is noticed',
      { [module]: swap('title: The first day', 'title: The first day #1') },
      /warning .*module.yml:1: The text after "#" on this line is a comment and is not shown: "1"\. If it belongs to the text, put the whole text in quotes\./,
    ],
    [
      'a question list that is no list',
      { [pool]: 'questions: none' },
      /questions.yml:1: The questions are not a list\. Start each question with "- id: …" at the beginning of a line\./,
    ],
  ])
})

describe('module.yml', () => {
  each([
    [
      'the pass mark is between 50 and 100',
      { [module]: swap('pass_mark: 80', 'pass_mark: 8') },
      /module.yml:4: "pass_mark" is 8\. Enter a whole number of percent from 50 to 100\./,
    ],
    [
      'minutes are a number',
      { [module]: swap('minutes: 8', 'minutes: sixteen') },
      /module.yml:2: "minutes" should be a number; here it is "sixteen"\./,
    ],
    [
      'the minutes of the lessons make those of the module',
      { [module]: swap('minutes: 8', 'minutes: 20') },
      /module.yml:2: The module declares 20 minutes, but its lessons add up to 8\. Use the same number\./,
    ],
    [
      'an attempt cannot draw more than the pool has',
      { [module]: swap('draw: 8', 'draw: 18') },
      /module.yml:5: An attempt draws 18 questions, but the pool has 17\. Write more questions or draw fewer\./,
    ],
    [
      'lessons without module.yml',
      { [module]: null },
      /error .*module.yml:1: The module has lessons but no module\.yml\. Create it with title, objectives, minutes, pass mark and draw\./,
    ],
    ['a module without questions', { [pool]: null }, /error .*questions.yml:1: The module has no questions/],
    [
      'a module without lessons is left out for now',
      { [door]: null, [practice]: null },
      /warning .*module.yml:1: The module has no lessons yet, so it is not shown/,
    ],
    [
      'two lessons may not share a number',
      { [`${module1}/02-more.md`]: '---\ntitle: More\nminutes: 3\npurpose: More.\n---\nMore.' },
      /02-practice.md:1: It has the same number or name as 02-more.md/,
    ],
    [
      'a file that nothing reads is pointed out',
      { [`${module1}/Notes.md`]: 'To do' },
      /warning .*Notes.md:1: This file is not used. Name a lesson with two digits/,
    ],
    [
      'so is one beside the modules',
      { 'welcome/figures/photo.png': '' },
      /warning .*photo.png:1: This file is not used\. Put drawings directly in figures\/, as SVG files\./,
    ],
  ])
})

describe('a lesson', () => {
  each([
    [
      'without a head',
      { [door]: 'Hello.' },
      /01-at-the-door.md:1: The lesson has no front matter\. Start the file with "---", then title, minutes and purpose, then "---"\./,
    ],
    [
      'without a purpose',
      { [door]: swap('purpose: You', 'content: You') },
      /at-the-door.md:2: "purpose" is missing from the front matter of a lesson\. Add a line "purpose: …" with what the learner will know or be able to do, in a sentence\./,
    ],
    [
      'with a fact that is not in the register',
      { [door]: swap('[^F-02]', '[^F-22]') },
      /at-the-door.md:9: There is no fact "F-22" in facts.yml. Did you mean/,
    ],
    [
      'with a value that is not in the register, on the second line of a paragraph',
      { [door]: swap('within {{welcome_limit}}.', 'within {{limit}}.') },
      /at-the-door.md:9: There is no value "{{limit}}" in facts.yml. The values are: front_desk/,
    ],
    [
      'with a word that is not in the glossary',
      { [door]: swap('[[newcomer]]', '[[newcommer]]') },
      /at-the-door.md:9: "newcommer" is not in the glossary. Did you mean "newcomer"\? Or add it to glossary.yml/,
    ],
    [
      'with HTML in a paragraph',
      { [door]: swap('A cup of tea', 'A <b>cup</b> of tea') },
      /at-the-door.md:9: HTML is not used in courses: "<b>"/,
    ],
    [
      'with HTML of its own',
      { [door]: afterHead('<div class="x">\nHello\n</div>') },
      /at-the-door.md:11: HTML is not used in courses: "<div class="x">"/,
    ],
    [
      'with a picture',
      { [door]: afterHead('![A door](door.png)') },
      /at-the-door.md:11: There is a picture here, !\[…\]\(…\)\. Draw it as an SVG in figures\/ and use a "::: figure" block\./,
    ],
    [
      'with a link that runs a script',
      { [door]: afterHead('[Go](javascript:alert(1))') },
      /at-the-door.md:11: The link leads to "javascript:alert\(1\)"\. Enter the full address, starting with https:\/\/\./,
    ],
    [
      'with an address that is not whole',
      { [door]: swap('({{handbook_url}})', '(www.handbook.example)') },
      /at-the-door.md:13: The link leads to "www.handbook.example"/,
    ],
    [
      'with a heading that is the title’s',
      { [door]: swap('## Who to call', '# Who to call') },
      /at-the-door.md:11: This heading has one "#", which is reserved for the lesson’s title\. Start headings in a lesson with "##"\./,
    ],
    [
      'with a heading that skips a level',
      { [door]: swap('### What is said', '#### What is said') },
      /at-the-door.md:27: This heading has 4 "#", but the one above it has 2. Use "###" or fewer/,
    ],
    [
      'with lines indented by accident',
      { [door]: afterHead('    Indented by four.') },
      /at-the-door.md:11: These lines are indented by four or more spaces, which makes them a code block\. Remove the indentation\./,
    ],
    [
      'with a fenced block that is no exercise',
      { [door]: afterHead('```quiz\nid: x\n```') },
      /at-the-door.md:11: A fenced block is marked "quiz"\. Use "```exercise" for an exercise\. Other fenced blocks are not allowed\./,
    ],
    [
      'with a deadline that rests on nothing',
      { [door]: afterHead('Show them around within {{welcome_limit}}.') },
      /warning .*at-the-door.md:11: This says "24 hours" but cites no fact\. Add the fact’s key after the sentence: \[\^A1-02\]\./,
    ],
    [
      'longer than it says',
      { [door]: afterHead('word '.repeat(700)) },
      /warning .*at-the-door.md:1: The lesson declares 3 minutes, but its 833 words and its exercises take about 7.1. Shorten it/,
    ],
  ])
})

describe('a block', () => {
  each([
    [
      'that is not closed',
      { [door]: swap('*first*.\n:::', '*first*.\n') },
      /at-the-door.md:19: The block "definition" starts inside the block "key-point" of line 15, which is not closed\. Close that block with ":::" first\. To nest blocks, start and end the outer one with "::::"\./,
    ],
    [
      'that is never closed',
      { [door]: (text) => `${text}\n::: key-point\nLast.\n` },
      /at-the-door.md:\d+: The block "key-point" is not closed\. Add a line ":::" after its last line\./,
    ],
    [
      'that ends without a beginning',
      { [door]: afterHead(':::') },
      /at-the-door.md:11: This ":::" ends no block/,
    ],
    [
      'with a name that there is not',
      { [door]: swap('::: key-point', '::: keypoint') },
      /at-the-door.md:15: There is no block called "keypoint". Did you mean "key-point"\?/,
    ],
    [
      'with words after a name that takes none',
      { [door]: swap('::: key-point', '::: key-point Say it') },
      /at-the-door.md:15: "Say it" follows "key-point", which takes no words\. Move it inside the block\./,
    ],
    [
      'that defines nothing',
      { [door]: swap('::: definition Newcomer', '::: definition') },
      /at-the-door.md:19: A definition has no term\. Write "::: definition The word"\./,
    ],
    [
      'that is empty',
      { [door]: swap('Say your name *first*.\n', '') },
      /at-the-door.md:15: The block "key-point" is empty/,
    ],
    [
      'of steps without a numbered list',
      { [door]: (text) => text.replace('1. Sit', '- Sit').replace('2. Listen', '- Listen') },
      /at-the-door.md:\d+: A "steps" block has no numbered list\. Write the steps as "1\. …", "2\. …"\./,
    ],
    [
      'of dialogue without a speaker',
      { [door]: swap('**Lin:** Do I', 'Do I') },
      /at-the-door.md:32: A line of this dialogue has no speaker\. Start it with the name in bold, after an empty line: "\*\*Mara:\*\* …"\./,
    ],
    [
      'for tomorrow without a list',
      { [door]: swap('- Say your name first.\n- Offer tea before questions.', 'Be kind.') },
      /at-the-door.md:\d+: A "tomorrow" block has no list\. Write two to four lines that start with "- "\./,
    ],
    [
      'for tomorrow with one point',
      { [door]: swap('- Offer tea before questions.\n', '') },
      /warning .*at-the-door.md:\d+: The "tomorrow" block has 1 points\. People remember two to four\./,
    ],
  ])
})

describe('an exercise or a question', () => {
  const choice = 'type: single\nstem: |'
  each([
    [
      'of a type that there is not',
      { [practice]: swap('type: single', 'type: singel') },
      /02-practice.md:11: "type" is "singel", which is not an allowed value. Did you mean "single"\?/,
    ],
    [
      'with two right answers where there is one',
      { [practice]: swap('    why: A form before', '    correct: true\n    why: A form before') },
      /02-practice.md:17: 2 choices are marked as correct. A "single" exercise has one/,
    ],
    [
      'with no right answer',
      { [practice]: swap('    correct: true\n', '') },
      /02-practice.md:17: No choice is marked as correct\. Add "correct: true" to the correct one\./,
    ],
    [
      'with a choice that does not say why',
      { [practice]: swap('    why: Lin decides what to tell, and when.\n', '') },
      /02-practice.md:25: "why" is missing from a choice\. Add a line "why: …" with how this helps the young person, or what it misses\./,
    ],
    [
      'with the same id twice in a lesson',
      { [practice]: swap('id: what-helps', 'id: name-first') },
      /02-practice.md:30: This lesson already has an exercise "name-first"/,
    ],
    [
      'with an id that does not fit an address',
      { [practice]: swap('id: what-helps', 'id: What_Helps') },
      /02-practice.md:31: "id" is "What_Helps", which has the wrong format\. Enter a short name of lowercase letters, digits and hyphens that never changes\./,
    ],
    [
      'with two choices of the same id',
      { [practice]: swap('id: tour,', 'id: tea,') },
      /02-practice.md:36: Two have the id "tea"\. Give each choice a different id\./,
    ],
    [
      'put in the negative',
      { [practice]: swap('Which of these help on', 'Which of these do not help on') },
      /02-practice.md:33: The question is negative\. Ask for the correct answer: "Which of these …", "What is safest …"\./,
    ],
    [
      'with a catch-all choice',
      { [practice]: swap('text: A quiz on the rules', 'text: All of the above') },
      /02-practice.md:37: A choice says "All of the above", but choices are shuffled/,
    ],
    [
      'with a pair whose right side is another’s',
      { [practice]: swap('right: Walk along', 'right: Keeps the list') },
      /02-practice.md:66: Two pairs have the same right side, "Keeps the list"/,
    ],
    [
      'with an item for a bucket that there is not',
      { [practice]: swap('bucket: later', 'bucket: latter') },
      /02-practice.md:\d+: There is no bucket "latter". Did you mean "later"\?/,
    ],
    [
      'with a key that belongs to another type',
      { [practice]: swap(choice, 'type: single\nanswer: true\nstem: |') },
      /02-practice.md:12: "answer" is not a key of a "single" exercise/,
    ],
    [
      'whose id is another question’s',
      { [pool]: swap('id: s2', 'id: s1') },
      /questions.yml:10: The question at fixture\/welcome\/01-first-day\/questions\.yml:1 already has the id "s1"\. Give each question of the course a different id\./,
    ],
    [
      'that names no fact',
      { [pool]: swap('  facts: [F-02]\n  choices', '  choices') },
      /questions.yml:1: The question "s1" lists no fact. Add "facts: \[…\]", or "practice: true"/,
    ],
    [
      'that rests on unverified facts alone',
      { [pool]: swap('  facts: [F-02]\n  choices', '  facts: [F-04]\n  choices') },
      /questions.yml:4: The question "s1" is based only on F-04, which is not verified \(status U\)\. Add "practice: true" and ask it as advice, or use a verified fact\./,
    ],
    [
      'that rests on a fact that there is not',
      { [pool]: swap('  facts: [F-02]\n  choices', '  facts: [F-2]\n  choices') },
      /questions.yml:4: There is no fact "F-2" in facts.yml. Did you mean "F-02"\?/,
    ],
    [
      'whose right answer is always the longest',
      {
        [pool]: (text) =>
          text
            .replaceAll(/text: ([^,]+), why: ([^,]+), (correct|best): true/g, 'text: $1, why: $2, $3: true')
            .replaceAll(
              /(text: "[^"]*)("[^{}]*correct: true)/g,
              '$1 and a good deal more than the others say$2',
            ),
      },
      /warning .*questions.yml:1: The correct answer is the longest in 10 of 14 questions and steps\. By chance it would be 5\. Shorten correct answers or lengthen others, so that length gives nothing away\./,
    ],
  ])

  test('a small pool or one with few scenarios gets a warning', () => {
    const said = saidAfter({
      [pool]: (text) => text.slice(0, text.indexOf('- id: story1')),
    })
    expect(said).toEqual([
      'warning fixture/welcome/01-first-day/questions.yml:1: The pool has 15 questions. Write at least 16, so that a second attempt differs from the first.',
      'warning fixture/welcome/01-first-day/questions.yml:1: The pool has no scenario. Write at least two, of two or three steps.',
    ])
  })
})

describe('a scenario', () => {
  each([
    [
      'that starts nowhere',
      { [practice]: swap('start: kitchen', 'start: kitchn') },
      /02-practice.md:\d+: The scenario starts at "kitchn", which is not a step. Did you mean "kitchen"\?/,
    ],
    [
      'that leads nowhere',
      { [practice]: swap('next: table', 'next: tabel') },
      /02-practice.md:\d+: There is no step or ending "tabel". Did you mean "table"\?/,
    ],
    [
      'with a step that nothing leads to',
      { [practice]: swap('next: silence', 'next: table') },
      /02-practice.md:\d+: No choice leads to the step "silence"/,
    ],
    [
      'with an ending that nothing leads to',
      { [practice]: swap('next: settled', 'next: end') },
      /02-practice.md:\d+: No choice leads to the ending "settled"/,
    ],
    [
      'that goes round in circles',
      { [practice]: swap('why: Pressing closes it., next: end', 'why: Pressing closes it., next: kitchen') },
      /02-practice.md:\d+: The step "kitchen" leads back to itself/,
    ],
    [
      'with a step that has no best choice',
      { [practice]: swap('why: Food asks nothing., best: true,', 'why: Food asks nothing.,') },
      /02-practice.md:\d+: The step "kitchen" has no best choice\. Add "best: true" to one choice\./,
    ],
  ])
})

describe('a drawing', () => {
  const drawn = (from: string, to: string): Edits => ({ [figure]: swap(from, to) })
  each([
    [
      'that is not there',
      { [door]: swap('way-in.svg', 'way-out.svg') },
      /at-the-door.md:23: There is no drawing "way-out.svg" in fixture\/welcome\/figures. Put the SVG file there. Did you mean "way-in.svg"\?/,
    ],
    [
      'without a caption',
      { [door]: swap(' "Every way in passes the desk"', '') },
      /at-the-door.md:23: The figure way-in.svg has no caption/,
    ],
    [
      'that no lesson shows',
      {
        'welcome/figures/other.svg':
          '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>T</title></svg>',
      },
      /warning .*other.svg:1: No lesson uses this drawing\./,
    ],
    ['that is not well-formed', drawn('</text>', '</txt>'), /way-in.svg:\d+: The drawing is not well-formed/],
    ['without a viewBox', drawn(' viewBox="0 0 360 120"', ''), /way-in.svg:1: The drawing has no viewBox/],
    [
      'without a title',
      { [figure]: (text) => text.replace(/<title>.*<\/title>/, '') },
      /way-in.svg:1: The drawing has no title/,
    ],
    [
      'with a script',
      drawn('<defs>', '<script>alert(1)</script><defs>'),
      /way-in.svg:5: The drawing has a <script>, which is not allowed\. Use only g, path, line, polyline, polygon, rect, circle, ellipse, text, tspan, defs, marker\./,
    ],
    [
      'with styles',
      drawn('<defs>', '<style>*{}</style><defs>'),
      /way-in.svg:5: The drawing has a <style>, which is not allowed\. Use only g, path, line, polyline, polygon, rect, circle, ellipse, text, tspan, defs, marker\./,
    ],
    [
      'with a color',
      drawn('rx="8"/>', 'rx="8" fill="#c00"/>'),
      /way-in.svg:6: The drawing sets fill="#c00" on <rect>/,
    ],
    [
      'with a style attribute',
      drawn('rx="8"/>', 'rx="8" style="fill:red"/>'),
      /way-in.svg:6: The drawing has style="fill:red" on <rect>/,
    ],
    [
      'with a handler',
      drawn('rx="8"/>', 'rx="8" onclick="x()"/>'),
      /way-in.svg:6: The drawing has onclick="x\(\)" on <rect>/,
    ],
    [
      'with a link out of it',
      drawn('url(#head)', 'url(https://evil.example/x.svg#a)'),
      /way-in.svg:8: The drawing has marker-end="url\(https:/,
    ],
    [
      'with a class of its own',
      drawn('class="fig-notice"', 'class="fig-note"'),
      /way-in.svg:9: The drawing uses the class "fig-note". Did you mean "fig-notice"\?/,
    ],
    [
      'with a value that there is not',
      drawn('{{front_desk}}', '{{desk}}'),
      /way-in.svg:10: There is no value "{{desk}}" in facts.yml/,
    ],
  ])
})

describe('facts.yml and glossary.yml', () => {
  each([
    ['that are missing', { 'facts.yml': null }, /facts.yml:1: There is no facts.yml/],
    [
      'a fact of a status that there is not',
      { 'facts.yml': swap('status: V2', 'status: V3') },
      /facts.yml:\d+: "status" is "V3", which is not an allowed value. Did you mean/,
    ],
    [
      'a fact whose source is not entered',
      { 'facts.yml': swap('sources: [S1, S2]', 'sources: [S1, S9]') },
      /facts.yml:\d+: The fact F-02 names S9, which is not among the sources/,
    ],
    [
      'a verified fact without a source',
      { 'facts.yml': swap('status: V2, sources: [S2]', 'status: V2, sources: []') },
      /facts.yml:\d+: The fact F-03 has status V2 and no source/,
    ],
    [
      'a value that rests on a fact that there is not',
      { 'facts.yml': swap('fact: F-02', 'fact: F-12') },
      /facts.yml:3: The value "welcome_limit" is based on the fact F-12, which is not in this file\. Did you mean "F-02"\?/,
    ],
    [
      'a source whose address is not whole',
      { 'facts.yml': swap('"https://handbook.example"', '"handbook.example"') },
      /facts.yml:11: The address of source S1 is "handbook.example"/,
    ],
    [
      'a day that is no day',
      { 'facts.yml': swap('checked: 2026-10-01', 'checked: October') },
      /facts.yml:16: "checked" is "October", which has the wrong format\. Enter a day written as 2026-11-23\./,
    ],
    [
      'a word that rests on a fact that there is not',
      { 'glossary.yml': swap('[F-01]', '[F-11]') },
      /glossary.yml:2: "front desk" cites the fact F-11, which is not in facts\.yml\. Did you mean "F-01"\?/,
    ],
    [
      'a duplicate term',
      { 'glossary.yml': swap('also: [the desk]', 'also: [newcomer]') },
      /glossary.yml:3: "newcomer" is already in the glossary, under "front desk"/,
    ],
    [
      'a word without a meaning',
      {
        'glossary.yml': swap(
          'newcomer: Somebody who arrived within the last week.',
          'newcomer: { facts: [F-01] }',
        ),
      },
      /glossary.yml:3: "text" is missing from a glossary term/,
    ],
  ])
})
