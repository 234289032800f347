import { Type } from 'typebox'
import { readToken } from '#server/certificates/tokens.ts'
import type { Database } from '#server/db/connection.ts'
import { inclusionProof, type MerkleTree, merkleTree } from '#server/ledger/merkle.ts'
import { findEntry, findLastHead, listHashes } from '#server/ledger/queries.ts'
import { notFound } from '#server/web/errors.ts'
import { type App, text } from '#server/web/routes.ts'
import { evenTime } from './constant-time.ts'
import { findCertificateByToken } from './queries.ts'

type Needs = Readonly<{ db: Database }>

/** The ledger's signed head, and the proof that it covers the entry of a certificate's issue. */
export async function ledgerRoutes(app: App, { db }: Needs): Promise<void> {
  const open = { policy: 'public', rateLimit: { max: 60, timeWindow: '1 minute' } } as const
  // There is one head a day, so its tree is calculated once and reused.
  let last: Readonly<{ root: string; size: number; tree: MerkleTree }> | undefined

  app.get('/ledger/head', { config: open }, async (_request, reply) => {
    const head = (await findLastHead(db)) ?? notFound()
    return reply.type('text/plain; charset=utf-8').send(head.note)
  })

  app.get(
    '/verify/:token/proof.json',
    { config: open, schema: { params: Type.Object({ token: text(300) }) } },
    async (request, reply) => {
      const certificate = await findCertificateByToken(db, readToken(request.params.token) ?? '-')
      if (!certificate || certificate.is_confidential) {
        await evenTime(reply)
        return notFound()
      }
      const entry = await findEntry(db, 'certificate-issued', `certificate:${certificate.number}`)
      const head = await findLastHead(db)
      if (!entry || !head || entry.seq > head.size) return notFound()
      const tree = await treeOf(head)
      reply.header('content-disposition', `attachment; filename="proof-${certificate.number}.json"`)
      return {
        certificate: certificate.number,
        row: entry.seq,
        row_hash: entry.hash,
        size: head.size,
        path: inclusionProof(tree, entry.seq - 1),
        root: head.root,
        head: head.note,
      }
    },
  )

  async function treeOf({ root, size }: { root: string; size: number }): Promise<MerkleTree> {
    if (last?.root !== root || last.size !== size)
      last = { root, size, tree: merkleTree(await listHashes(db, size)) }
    return last.tree
  }
}
