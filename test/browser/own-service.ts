import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '#test/support/browser.ts'

const project = path.join(import.meta.dirname, '../..')

/** The whole service on a data folder of its own, stopped and removed afterwards. */
export async function withService(
  environment: Readonly<Record<string, string>>,
  use: (address: string, said: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-pictures-'))
  const port = await freePort()
  const service = spawn(process.execPath, ['server/main.ts'], {
    cwd: project,
    env: { ...process.env, ...environment, DATA_DIR: folder, PORT: String(port), LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await use(`http://127.0.0.1:${port}`, await whenReady(service))
  } finally {
    service.kill()
    await new Promise((resolve) => service.once('exit', resolve))
    rmSync(folder, { recursive: true, force: true })
  }
}

function whenReady({ stdout }: ChildProcess): Promise<string> {
  let said = ''
  return new Promise((resolve) => {
    stdout?.on('data', (part) => {
      said += part
      if (said.includes('To stop:')) resolve(said)
    })
  })
}
