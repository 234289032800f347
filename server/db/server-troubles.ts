import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** Full disk or memory (53), a failing file or disk (58), damaged data (F0, XX). What a statement did wrong is not among them. */
const trouble = /^(?:(?:53|58|F0|XX)[0-9A-Z]{3} (ERROR|FATAL|PANIC)|[0-9A-Z]{5} (PANIC)): +(.*)$/

/** Passes on what PostgreSQL itself says of the machine under it: each line begins with the error's code. */
export function serverTroubles(output: Readable, tell: (line: string) => void): void {
  createInterface({ input: output }).on('line', (line) => {
    const found = trouble.exec(line)
    if (found) tell(`The database reports: ${found[1] ?? found[2]}: ${found[3]}`)
  })
}
