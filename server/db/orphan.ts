import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** After `kill -9` of the application, its PostgreSQL keeps running. Stop it so that the next one starts clean. */
export function stopOrphan(cluster: string): void {
  const pidFile = path.join(cluster, 'postmaster.pid')
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  if (!isPostgresOf(pid, cluster)) {
    rmSync(pidFile)
    return
  }
  signal(pid, 'SIGINT')
  for (let waited = 0; existsSync(pidFile) && waited < 200; waited++) pause(50)
  if (existsSync(pidFile)) {
    signal(pid, 'SIGQUIT')
    for (let waited = 0; isPostgresOf(pid, cluster) && waited < 100; waited++) pause(50)
  }
}

function isPostgresOf(pid: number, cluster: string): boolean {
  if (!Number.isInteger(pid) || pid < 2 || !signal(pid, 0)) return false
  const commandLine = `/proc/${pid}/cmdline`
  // Another program may have the process ID now. Without /proc, rely on PostgreSQL's own check.
  if (!existsSync('/proc/self/cmdline')) return true
  return existsSync(commandLine) && readFileSync(commandLine, 'utf8').includes(cluster)
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

/** Removes folders left behind by killed test runs. */
export function removeStale(prefix: string): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefix)) continue
    const pid = Number(name.slice(prefix.length).split('-')[0])
    if (signal(pid, 0)) continue
    stopOrphan(path.join(tmpdir(), name, 'postgres'))
    rmSync(path.join(tmpdir(), name), { recursive: true, force: true })
  }
}
