import { expect, test } from 'vitest'
import { catchAllOf, isNegative } from '#server/courses/authoring/questions/question-wording.ts'

test.each([
  'Which of these is not a duty?',
  'Which sentence would not help Mara?',
  'Which of the following isn’t a sign?',
  'What should you never say?',
  'All of these help except one. Which?',
  'Which of these is NOT a sign?',
])('"%s" is negative', (stem) => expect(isNegative(stem)).toBe(true))

test.each([
  'Mara does not answer. What do you do first?',
  'Which sentence is safest when Theo will not talk?',
  'What do you do when a report was not made?',
  'Jay is not home by ten. Which call comes first?',
  'What would you say to a colleague who does not believe it?',
])('"%s" is not', (stem) => expect(isNegative(stem)).toBe(false))

test.each([
  'All of the above',
  'None of the above.',
  'Both of the above',
  'A and B',
  'Both A and C',
  'All of these',
])('a choice may not say "%s"', (text) => expect(catchAllOf(text)).toBeDefined())

test.each([
  'All of these people need to know',
  'A quiet room and tea',
  'Call both of the numbers',
  'Both of them',
])('a choice may say "%s"', (text) => expect(catchAllOf(text)).toBeUndefined())
