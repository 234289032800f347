import cluster from 'node:cluster'
import { enableCompileCache } from 'node:module'
import path from 'node:path'
import { settings } from './settings.ts'
import { startWebProcesses } from './web-processes.ts'

// `npm start`: one process, or several on one machine that share the address.
const { webProcesses, cacheDir } = settings()
// Before the rest is loaded: taking the types out of it and compiling it is a third of a start.
enableCompileCache(path.join(cacheDir, 'code'))
if (webProcesses > 1 && cluster.isPrimary) startWebProcesses(webProcesses)
else await import('./start.ts')
