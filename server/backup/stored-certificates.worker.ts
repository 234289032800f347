import { createHash } from 'node:crypto'
import type { PublishedKeys } from '#server/certificates/credentials/keys.ts'
import { verifyCertificateFile } from '#server/certificates/credentials/verification.ts'

export type StoredFile = Readonly<{
  number: string
  pdf: Uint8Array
  sha256: string
  credential: string | null
}>

/** What is wrong with certificates as they are stored, a sentence each. */
export default async function problemsOf({
  files,
  keys,
}: Readonly<{ files: readonly StoredFile[]; keys: PublishedKeys }>): Promise<readonly string[]> {
  const problems: string[] = []
  for (const { number, pdf, sha256, credential } of files) {
    const { verdict, why } = await verifyCertificateFile(
      credential === null ? pdf : Buffer.from(credential),
      keys,
    )
    if (verdict !== 'genuine') problems.push(`Certificate ${number}: ${why}`)
    if (createHash('sha256').update(pdf).digest('hex') !== sha256)
      problems.push(`Certificate ${number}: its file is not the one that was drawn.`)
  }
  return problems
}
