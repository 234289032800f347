import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import { type TProperties, Type } from 'typebox'
import { uuidPattern } from '#server/lib/uuids.ts'

/** An app whose routes get their types from their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** The body of a form: the named fields and no others. */
export const form = <T extends TProperties>(fields: T) => Type.Object(fields, { additionalProperties: false })

/** A line of text that a person types. */
export const text = (maxLength = 200) => Type.String({ maxLength })

export const uuid = () => Type.String({ pattern: uuidPattern })
