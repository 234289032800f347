import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Server } from 'node:net'
import path from 'node:path'

export class AlreadyRunning extends Error {}

/**
 * Holds a data folder for this process: a socket in the folder, which dies with the process however that dies, and which
 * tells a second start where the first one runs. Returns what lets go of it.
 */
export async function lockDataFolder(folder: string, address: string): Promise<() => void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const socket = openSocketPath(folder)
  for (let tries = 0; tries < 3; tries++) {
    const server = await listen(socket.path, address)
    if (server)
      return () => {
        server.close()
        socket.close()
      }
    const holder = await ask(socket.path)
    if (holder !== null) {
      socket.close()
      throw new AlreadyRunning(
        `Safe Harbor Training is already running with the data in ${folder}, at ${holder}. Stop it first, or set DATA_DIR and PORT to run a second one.`,
      )
    }
    // No one answers: its process was killed.
    rmSync(socket.path, { force: true })
  }
  socket.close()
  throw new AlreadyRunning(`The data in ${folder} could not be locked. Try again in a moment.`)
}

/** A socket's address holds about a hundred letters: on Linux a long folder is named by its open descriptor instead. */
function openSocketPath(folder: string): Readonly<{ path: string; close: () => void }> {
  const name = 'running.sock'
  if (process.platform !== 'linux') return { path: path.join(folder, name), close: () => {} }
  const descriptor = openSync(folder, 'r')
  return { path: `/proc/self/fd/${descriptor}/${name}`, close: () => closeSync(descriptor) }
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
