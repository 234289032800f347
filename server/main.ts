import cluster from 'node:cluster'
import { settings } from './settings.ts'
import { startWebProcesses } from './web-processes.ts'

// `npm start`: one process, or several on one machine that share the address.
const { webProcesses } = settings()
if (webProcesses > 1 && cluster.isPrimary) startWebProcesses(webProcesses)
else await import('./start.ts')
