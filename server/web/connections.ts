import type { Server } from 'node:http'

/** How long a request may take to arrive. Slow uploads over a phone have two minutes. */
export const arrivalLimits = {
  connectionTimeout: 60_000,
  requestTimeout: 120_000,
  headersTimeout: 15_000,
  perAddress: 500,
}

/**
 * Closes what one address opens beyond the need of a whole office behind it: six for each browser. Behind a proxy, all
 * connections come from it, and the proxy limits them.
 */
export function limitConnections(server: Server, most = arrivalLimits.perAddress): void {
  const open = new Map<string, number>()
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (open.get(address) ?? 0) + 1
    open.set(address, count)
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1
      if (left > 0) open.set(address, left)
      else open.delete(address)
    })
    if (count > most) socket.destroy()
  })
}
