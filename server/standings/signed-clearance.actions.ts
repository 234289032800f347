import { openSigningKey } from '#server/certificates/credentials/key-file.ts'
import { signWebToken } from '#server/certificates/credentials/web-tokens.ts'
import { type ClearanceStatement, statementType } from './clearance-statement.ts'

export type Site = Readonly<{ baseUrl: string; keysFile: string }>

/** The same answer, as anyone can verify it with our published keys. */
export async function signClearance(
  { program, on, answered_at, expires_at, people }: ClearanceStatement,
  { baseUrl, keysFile }: Site,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const key = await openSigningKey(keysFile, baseUrl, answered_at)
  return signWebToken(
    {
      type: statementType,
      claims: { program, on, people, ...claims },
      issuedAt: answered_at,
      expiresAt: expires_at,
    },
    key,
  )
}
