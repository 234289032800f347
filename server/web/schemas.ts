import AjvCompiler from '@fastify/ajv-compiler'
import type { FastifyServerOptions } from 'fastify'

type BuildCompiler = AjvCompiler.BuildCompilerFromPool
type Validate = ReturnType<ReturnType<BuildCompiler>>

const buildCompiler: BuildCompiler = AjvCompiler()

/** Compiles the schema of a form or address at its first request: all of them together are a tenth of a start. */
const buildValidator: BuildCompiler = (external, options) => {
  const compile = buildCompiler(external, options)
  return (route) => {
    let compiled: Validate | undefined
    const validate = ((data: unknown) => {
      compiled ??= compile(route)
      const isValid = compiled(data)
      validate.errors = compiled.errors ?? null
      return isValid
    }) as Validate
    return validate
  }
}

export const schemasWhenUsed: NonNullable<FastifyServerOptions['schemaController']> = {
  compilersFactory: { buildValidator },
}
