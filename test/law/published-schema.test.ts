import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { workedExamples } from '#server/law/examples/worked-examples.ts'
import { answerSchema, publishedSchema } from '#server/law/reasons/answer-schema.ts'
import { isDay } from '#server/lib/days.ts'
import { ask } from './asking.ts'

describe('the published schema', () => {
  test('in docs is the one that the rules use', async () => {
    expect(await readFile('docs/standing.schema.json', 'utf8')).toBe(
      `${JSON.stringify(publishedSchema(), null, 2)}\n`,
    )
  })

  test('accepts every worked example and every answer', () => {
    const ajv = new Ajv({ allowUnionTypes: true, formats: { date: isDay, 'date-time': true } })
    const isAnswer = ajv.compile(answerSchema)
    for (const { cases } of workedExamples)
      for (const { facts, on, refused } of cases) {
        if (refused) continue
        isAnswer(ask(facts, on))
        expect(isAnswer.errors).toBeNull()
      }
  })
})
