import { readFileSync } from 'node:fs'
import path from 'node:path'
import { project } from './service.ts'

/** What `npm start` tells Node, as flags, and the C library, as settings for `startService`. */
export function npmStart(): Readonly<{
  flags: readonly string[]
  settings: Readonly<Record<string, string>>
}> {
  const { scripts } = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8'))
  const words: string[] = scripts.start.split(' ')
  const flags = words.filter((word) => word.startsWith('--'))
  const variables = words.flatMap((word) => {
    const found = /^([A-Z_]+)=(.*)$/.exec(word)
    return found ? [[found[1]!, found[2]!] as const] : []
  })
  return { flags, settings: Object.fromEntries(variables) }
}
