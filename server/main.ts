import cluster from 'node:cluster'
import { mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import path from 'node:path'
import { settings } from './settings.ts'
import { startWebProcesses } from './web-processes.ts'

// `npm start`: one process, or several on one machine that share the address.
const { webProcesses, cacheDir } = settings()
keepCompiledCode(path.join(cacheDir, 'code'))
if (webProcesses > 1 && cluster.isPrimary) startWebProcesses(webProcesses)
else await import('./start.ts')

/** Before the rest is loaded: taking the types out of it and compiling it is a third of a start. */
function keepCompiledCode(folder: string): void {
  try {
    // What is loaded from there runs, so no one else may write it.
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    enableCompileCache(folder)
  } catch {
    // A folder that can't be written only makes each start slower.
  }
}
