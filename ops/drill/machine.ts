import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import path from 'node:path'
import { setTimeout as after } from 'node:timers/promises'

/** A program that the drill runs, in a process group of its own so that all it starts can be killed with it. */
export type Program = Readonly<{ name: string; child: ChildProcess; ended: Promise<void> }>

/** Starts a program; what it prints goes to a file in `logs`. */
export function startProgram(
  name: string,
  [command, ...args]: readonly [string, ...string[]],
  logs: string,
  env: Readonly<Record<string, string>> = {},
): Program {
  const log = createWriteStream(path.join(logs, `${name}.log`), { flags: 'a' })
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(command, args, {
    detached: true,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  return { name, child, ended: new Promise((resolve) => child.once('exit', () => resolve())) }
}

/** Sends a signal to the program and all that it started. */
export function signal({ child }: Program, kind: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, kind)
  } catch {
    // It was gone already.
  }
}

export const sh = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Like `sh`, where it doesn't matter whether it worked, such as removing what may not be there. */
export function tryTo(command: string, ...args: readonly string[]): void {
  try {
    sh(command, ...args)
  } catch {
    // That is fine.
  }
}

export async function until(
  isSo: () => Promise<boolean> | boolean,
  what: string,
  seconds = 120,
): Promise<number> {
  const from = performance.now()
  while (performance.now() - from < seconds * 1000) {
    if (await Promise.resolve(isSo()).catch(() => false)) return (performance.now() - from) / 1000
    await after(100)
  }
  throw new Error(`After ${seconds} seconds, still not: ${what}`)
}
