import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { compiledOnUse } from '#server/web/schemas.ts'

test('a schema compiled at the first request refuses and converts as one compiled at the start does', async () => {
  const answers = await Promise.all(
    [compiledOnUse, {}].map(async (schemaController) => {
      const ajv = { customOptions: { removeAdditional: false, coerceTypes: 'array' } } as const
      const app = Fastify({ schemaController, ajv })
      const numbers = { type: 'array', items: { type: 'integer' } }
      const querystring = { type: 'object', required: ['n'], properties: { n: numbers } }
      app.get('/', { schema: { querystring } }, async ({ query }) => query)
      app.post('/', { schema: { body: numbers } }, async ({ body }) => body)
      const asked = ['/?n=1', '/?n=1&n=2', '/?n=x', '/', '/?n=1'].map((url) => app.inject(url))
      const sent = [5, [6], ['x'], {}].map((payload) =>
        app.inject({
          method: 'POST',
          url: '/',
          payload: JSON.stringify(payload),
          headers: { 'content-type': 'application/json' },
        }),
      )
      return (await Promise.all([...asked, ...sent])).map(({ statusCode, body }) => `${statusCode} ${body}`)
    }),
  )
  expect(answers[0]).toEqual(answers[1])
  expect(answers[0]).toEqual([
    '200 {"n":[1]}',
    '200 {"n":[1,2]}',
    expect.stringContaining('querystring/n/0 must be integer'),
    expect.stringContaining("must have required property 'n'"),
    '200 {"n":[1]}',
    '200 [5]',
    '200 [6]',
    expect.stringContaining('body/0 must be integer'),
    expect.stringContaining('400'),
  ])
})
