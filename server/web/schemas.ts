import AjvCompiler from '@fastify/ajv-compiler'
import type { FastifyServerOptions } from 'fastify'

type BuildCompiler = AjvCompiler.BuildCompilerFromPool
type Validate = ReturnType<ReturnType<BuildCompiler>>

const buildCompiler: BuildCompiler = AjvCompiler()

/** Compiles the schema of an address when it is first requested. All of them at once would take a fifth of every start. */
const buildValidator: BuildCompiler = (external, options) => {
  const compile = buildCompiler(external, options)
  return (route) => {
    let validate: Validate | undefined
    const onUse = (...asked: Parameters<Validate>) => {
      validate ??= compile(route)
      const isValid = validate(...asked)
      compiled.errors = validate.errors ?? null
      return isValid
    }
    // With a `schemaEnv`, Fastify passes what the value is part of, so that the value as a whole can be converted.
    const compiled = Object.assign(onUse, { schemaEnv: true, errors: null }) as unknown as Validate
    return compiled
  }
}

export const compiledOnUse: NonNullable<FastifyServerOptions['schemaController']> = {
  compilersFactory: { buildValidator },
}
