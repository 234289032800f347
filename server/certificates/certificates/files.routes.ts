import { Type } from 'typebox'
import { openKeyFile } from '#server/certificates/credentials/key-file.ts'
import { issuerDid, publishedKeys } from '#server/certificates/credentials/keys.ts'
import {
  disagreement,
  type Verification,
  verifyCredentialText,
  verifyOpened,
  verifyUploadedFile,
} from '#server/certificates/credentials/verification.ts'
import { readToken } from '#server/certificates/tokens.ts'
import type { Database } from '#server/db/connection.ts'
import { type App, text } from '#server/web/routes.ts'
import { readUploads } from '#server/web/upload.ts'
import { checkedFile } from './file-check.ts'
import { findCertificateByToken } from './queries.ts'
import { checkStoredPage } from './stored-page.actions.ts'
import { isUnderReview } from './under-review.actions.ts'

type Needs = Readonly<{
  db: Database
  clock: () => Date
  config: Readonly<{ keysFile: string; baseUrl: string }>
}>

const most = { files: 20, fileSize: 2 * 1024 * 1024 }

/** Checks files in the browser if it can, otherwise on the server, and compares both with the record. */
export async function certificateFileRoutes(app: App, { db, clock, config }: Needs): Promise<void> {
  const open = { policy: 'public', rateLimit: { max: 30, timeWindow: '1 minute' } } as const
  const keys = async () =>
    publishedKeys(await openKeyFile(config.keysFile, issuerDid(config.baseUrl), clock()))

  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-robots-tag', 'noindex, nofollow').header('referrer-policy', 'no-referrer')
  })

  app.post('/verify', { config: open }, async (request, reply) => {
    const { files, isTooMany } = await readUploads(request, most)
    const message = isTooMany
      ? `Choose no more than ${most.files} files at a time.`
      : files.length === 0
        ? 'Choose at least one certificate PDF or digital credential.'
        : null
    if (message)
      return reply.status(422).page('certificates/verify', {
        title: 'Verify a certificate',
        robots: 'noindex',
        code: '',
        errors: [{ field: 'files', message }],
      })
    const published = await keys()
    const verified = []
    for (const { name, bytes, isTooLarge } of files)
      verified.push({
        name,
        verification: isTooLarge ? null : await verifyUploadedFile(bytes, published),
        isAlone: bytes[0] !== 0x25,
      })
    return reply.page('certificates/files', await filesPage(verified, false))
  })

  const named = { name: text(300) }
  const finding = Type.Union([
    Type.Object({
      ...named,
      kind: Type.Union([Type.Literal('none'), Type.Literal('locked'), Type.Literal('broken')]),
    }),
    Type.Object({ ...named, kind: Type.Literal('text'), text: text(200_000), holds: Type.Boolean() }),
    Type.Object({
      ...named,
      kind: Type.Literal('page'),
      credential: Type.Unknown(),
      page_sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
      holds: Type.Boolean(),
    }),
  ])

  // The browser keeps the files and sends only their credentials. Those are verified here too, and both must agree.
  app.post(
    '/verify/findings',
    {
      config: open,
      bodyLimit: 4 * 1024 * 1024,
      schema: { body: Type.Object({ files: Type.Array(finding, { minItems: 1, maxItems: most.files }) }) },
    },
    async (request, reply) => {
      const published = await keys()
      const verified = []
      for (const found of request.body.files) {
        const verification =
          found.kind === 'text'
            ? await verifyCredentialText(Buffer.from(found.text), published)
            : await verifyOpened(
                found.kind === 'page'
                  ? {
                      kind: 'opened',
                      credential: found.credential,
                      pageSha256: Buffer.from(found.page_sha256, 'hex'),
                    }
                  : { kind: found.kind },
                published,
              )
        const isAgreed = verification.verdict !== 'genuine' || ('holds' in found && found.holds)
        verified.push({
          name: found.name,
          verification: isAgreed ? verification : disagreement(verification),
          isAlone: found.kind === 'text',
        })
      }
      return reply.page('certificates/files', await filesPage(verified, true))
    },
  )

  async function filesPage(
    verified: readonly Readonly<{
      name: string
      verification: Verification | null
      /** It came without its PDF. */
      isAlone: boolean
    }>[],
    isCheckedInBrowser: boolean,
  ) {
    const files = []
    for (const { name, verification: own, isAlone } of verified) {
      const token = readToken(own?.claimed_address?.split('/').at(-1) ?? '')
      const certificate = await findCertificateByToken(db, token ?? '-')
      const verification =
        own && isAlone ? await checkStoredPage(db, own, certificate, config.keysFile, clock()) : own
      files.push(checkedFile(name, verification, certificate, await isUnderReview(db, certificate)))
    }
    return { title: 'Verify certificates', robots: 'noindex', files, code: '', isCheckedInBrowser }
  }
}
