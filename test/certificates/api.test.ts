import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { aWorld } from '#test/support/app.ts'

async function aDescribedWorld() {
  const world = await aWorld()
  const description = JSON.parse((await world.visitor().get('/api/openapi.json')).body)
  const { responses } = description.paths['/api/certificates/{token}'].get
  const row = await world.db
    .selectFrom('certificates')
    .selectAll()
    .orderBy('number')
    .executeTakeFirstOrThrow()
  /** A response, and whether it matches the OpenAPI description of its status. */
  async function ask(path: string, remoteAddress = '10.0.0.1') {
    const { statusCode, body, headers } = await world.app.inject({
      url: `/api/certificates/${path}`,
      remoteAddress,
    })
    const schema = responses[statusCode]?.content['application/json'].schema
    const validate = new Ajv2020({ strict: false }).compile(schema ?? false)
    const answer = JSON.parse(body)
    return { statusCode, answer, headers, isDescribed: validate(answer) ? true : validate.errors }
  }
  return { ...world, description, responses, row, ask }
}

describe('the API description', () => {
  test('is valid OpenAPI 3.1', async () => {
    const { description } = await aDescribedWorld()
    expect(await new Validator().validate(description)).toEqual({ valid: true })
  })

  test('describes every response', async () => {
    const { responses } = await aDescribedWorld()
    for (const { description } of Object.values(responses) as { description: string }[])
      expect(description).not.toBe('Default Response')
  })

  test('matches the actual responses', async () => {
    const { row, ask, db } = await aDescribedWorld()
    const asked: Record<string, unknown> = {}
    const look = async (what: string, path: string) => {
      const { statusCode, answer, isDescribed } = await ask(path)
      expect(isDescribed, what).toBe(true)
      asked[what] = [statusCode, answer.verdict ?? answer.error]
    }
    await look('valid', row.token)
    await look('named', `${row.token}?name=Mai%20Vang`)
    await look('misnamed', `${row.token}?name=Someone`)
    await look('unknown', 'a'.repeat(26))
    await look('malformed', 'x')
    await db
      .insertInto('certificate_status_changes')
      .values({ certificate_id: row.id, act: 'revoked', reason: 'x' })
      .execute()
    await look('revoked', row.token)
    for (let n = 0; n < 5; n++) await ask(`${row.token}?name=Someone%20${n}`)
    await look('tried too often', `${row.token}?name=Mai%20Vang`)
    await look('too long', 'a'.repeat(301))
    await look('too long a name', `${row.token}?name=${'a'.repeat(301)}`)
    expect(asked).toEqual({
      valid: [200, 'valid'],
      named: [200, 'valid'],
      misnamed: [200, 'valid'],
      unknown: [404, 'unknown'],
      malformed: [404, 'unknown'],
      revoked: [200, 'revoked'],
      'tried too often': [429, expect.stringContaining('Try again in an hour')],
      'too long': [414, expect.any(String)],
      'too long a name': [400, expect.any(String)],
    })
  })

  test('includes the response to too many requests', async () => {
    const { row, ask } = await aDescribedWorld()
    const answers = []
    for (let n = 0; n < 61; n++) answers.push(await ask(row.token, '10.9.9.9'))
    expect(answers.slice(0, 60).every(({ statusCode }) => statusCode === 200)).toBe(true)
    expect(answers[60]).toMatchObject({ statusCode: 429, isDescribed: true })
    expect(answers[60]!.headers['retry-after']).toBeTruthy()
  })
})
