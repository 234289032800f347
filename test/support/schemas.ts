import AjvCompiler from '@fastify/ajv-compiler'
import type { FastifyServerOptions } from 'fastify'

type BuildCompiler = AjvCompiler.BuildCompilerFromPool

const buildCompiler: BuildCompiler = AjvCompiler()
const compiled = new Map<string, ReturnType<ReturnType<BuildCompiler>>>()

/** Compiles each schema once a worker rather than again for each of its hundreds of services. */
const buildValidator: BuildCompiler = (external, options) => {
  const compile = buildCompiler(external, options)
  return (route) => {
    const { schema } = route as { schema: unknown }
    const key = JSON.stringify([options?.customOptions, external, schema])
    const validate = compiled.get(key) ?? compile(route)
    compiled.set(key, validate)
    return validate
  }
}

export const schemaController: NonNullable<FastifyServerOptions['schemaController']> = {
  compilersFactory: { buildValidator },
}
