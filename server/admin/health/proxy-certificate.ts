import { connect } from 'node:tls'

export type ProxyCertificate =
  | { kind: 'valid'; until: Date }
  | { kind: 'refused'; why: string }
  | { kind: 'not-reached' }

/** Looks at the installation's own https address as a browser does: is its certificate good, and until when? */
export function lookAtProxyCertificate(baseUrl: string): Promise<ProxyCertificate> {
  const { hostname, port } = new URL(baseUrl)
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) || 443, servername: hostname })
    const answer = (found: ProxyCertificate) => {
      socket.destroy()
      resolve(found)
    }
    socket.setTimeout(3000, () => answer({ kind: 'not-reached' }))
    socket.once('secureConnect', () =>
      answer({ kind: 'valid', until: new Date(socket.getPeerCertificate().valid_to) }),
    )
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const isOfCertificate = /CERT|SIGNED|ALTNAME|SIGNATURE/.test(error.code ?? '')
      answer(isOfCertificate ? { kind: 'refused', why: error.code ?? '' } : { kind: 'not-reached' })
    })
  })
}
