import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import { type TProperties, Type } from 'typebox'

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

const uuidPattern = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'

export const uuid = () => Type.String({ pattern: uuidPattern })

export const isUuid = (text: string): boolean => new RegExp(uuidPattern).test(text)
