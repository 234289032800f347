import { SMTPServer } from 'smtp-server'
import { freePort } from './browser.ts'

export type Mailbox = Readonly<{
  url: string
  /** What was accepted, headers and all. */
  received: string[]
  close: () => Promise<void>
}>

type Refusal = Readonly<{ code: number; at: 'recipient' | 'data' }>

/** A real SMTP server. `refuse` is asked at each attempt and may answer like a server in trouble, or never answer. */
export async function aMailbox(
  refuse: (attempt: number) => Refusal | 'hang' | null = () => null,
): Promise<Mailbox> {
  const received: string[] = []
  let attempts = 0
  const answers = new Map<string, Refusal | 'hang' | null>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 10,
    onRcptTo: (_address, { id }, done) => {
      const now = refuse(++attempts)
      answers.set(id, now)
      done(now !== 'hang' && now?.at === 'recipient' ? problem(now.code) : null)
    },
    onData: (stream, { id }, done) => {
      const now = answers.get(id)
      let letter = ''
      stream.on('data', (part) => {
        letter += part
      })
      stream.on('end', () => {
        if (now === 'hang') return
        if (now) return done(problem(now.code))
        received.push(letter)
        done()
      })
    },
  })
  // A client that is killed leaves in the middle of a sentence.
  server.on('error', () => {})
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const problem = (code: number) => Object.assign(new Error('in trouble'), { responseCode: code })
