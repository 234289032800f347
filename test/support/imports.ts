import path from 'node:path'
import type { Node } from 'typescript/unstable/ast'
import {
  isCallExpression,
  isExportDeclaration,
  isImportDeclaration,
  isNamedImports,
} from 'typescript/unstable/ast/is'
import { API } from 'typescript/unstable/sync'

export const project = path.join(import.meta.dirname, '../..')
const server = path.join(project, 'server')

/** One import of a file of the server, as TypeScript's own parser reads it. */
export type Import = Readonly<{
  /** A file of the server as `room/file.ts`, or the name of a package. */
  target: string
  /** A type brings nothing with it when the program runs. */
  isTypeOnly: boolean
}>

type ServerFile = Readonly<{ file: string; text: string; imports: readonly Import[] }>

/** Every file of the server with its imports. */
export function readServerFiles(): readonly ServerFile[] {
  const api = new API({ cwd: project })
  try {
    const [program] = api.updateSnapshot({ openProject: path.join(project, 'tsconfig.json') }).getProjects()
    const names = program!.program.getSourceFileNames().filter((name) => name.startsWith(`${server}/`))
    return names.map((name) => {
      const source = program!.program.getSourceFile(name)!
      const file = path.relative(server, name)
      const imports = source.imports.map((specifier) => ({
        target: targetOf(file, (specifier as unknown as { text: string }).text),
        isTypeOnly: isTypeOnly(specifier.parent),
      }))
      return { file, text: source.text, imports }
    })
  } finally {
    api.close()
  }
}

function targetOf(file: string, specifier: string): string {
  if (specifier.startsWith('#server/')) return specifier.slice('#server/'.length)
  return specifier.startsWith('.') ? path.join(path.dirname(file), specifier) : specifier
}

function isTypeOnly(node: Node): boolean {
  if (isCallExpression(node)) return false
  if (isExportDeclaration(node)) return node.isTypeOnly
  // What is neither is `import('…')` in a type.
  if (!isImportDeclaration(node)) return true
  const clause = node.importClause
  if (!clause) return false
  if (clause.phaseModifier !== undefined) return true
  const bindings = clause.namedBindings
  return (
    !clause.name &&
    bindings !== undefined &&
    isNamedImports(bindings) &&
    bindings.elements.every((one) => one.isTypeOnly)
  )
}
