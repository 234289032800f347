import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

export class AlreadyRunning extends Error {}

/**
 * Locks a data folder for this process with a socket that disappears when the process ends. A second start can ask the
 * socket for the first one's address. Returns a function that releases the lock.
 */
export async function lockDataFolder(folder: string, address: string): Promise<() => void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const name = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 24)
  const socket = path.join(tmpdir(), `safe-harbor-${name}.sock`)
  for (let tries = 0; tries < 3; tries++) {
    const server = await listen(socket, address)
    if (server) return () => server.close()
    const holder = await ask(socket)
    if (holder !== null)
      throw new AlreadyRunning(
        `Safe Harbor Training is already running with the data in ${folder}, at ${holder}. Stop it first, or set DATA_DIR and PORT to run a second one.`,
      )
    // No answer: its process was killed.
    rmSync(socket, { force: true })
  }
  throw new AlreadyRunning(`The data in ${folder} could not be locked. Try again in a moment.`)
}

function listen(socket: string, address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.end(address))
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    )
    server.listen(socket, () => {
      server.unref()
      resolve(server)
    })
  })
}

function ask(socket: string): Promise<string | null> {
  return new Promise((resolve) => {
    let answer = ''
    const connection = createConnection(socket)
    connection.setTimeout(5000, () => connection.destroy(new Error('no answer')))
    connection.on('data', (chunk) => {
      answer += chunk
    })
    connection.once('error', () => resolve(null))
    connection.once('end', () => resolve(answer || 'an unknown address'))
  })
}
