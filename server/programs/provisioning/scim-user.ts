import { isEmail, oneLine } from '#server/programs/typed-form.ts'
import type { ScimUserRow } from './scim-users.queries.ts'

/** What a directory says of a person, as far as it matters here. */
export type WantedUser = Readonly<{
  userName: string
  externalId: string | null
  name: string
  email: string
  isActive: boolean
}>

type Sent = Readonly<{
  userName?: string | undefined
  externalId?: string | undefined
  displayName?: string | undefined
  active?: boolean | undefined
  name?:
    | Readonly<{
        formatted?: string | undefined
        givenName?: string | undefined
        middleName?: string | undefined
        familyName?: string | undefined
      }>
    | undefined
  emails?:
    | readonly Readonly<{
        value?: string | undefined
        primary?: boolean | undefined
        type?: string | undefined
      }>[]
    | undefined
}>

/** Reads a SCIM user; a text says what is wrong with it. */
export function readScimUser(sent: Sent, domains: readonly string[]): WantedUser | string {
  const userName = oneLine(sent.userName ?? '')
  const emails = sent.emails ?? []
  const mail =
    emails.find(({ primary }) => primary) ?? emails.find(({ type }) => type === 'work') ?? emails[0]
  const email = (mail?.value ?? userName).trim().toLowerCase()
  const { givenName = '', middleName = '', familyName = '', formatted = '' } = sent.name ?? {}
  const parts = oneLine([givenName, middleName, familyName].join(' '))
  const name = oneLine(formatted) || parts || oneLine(sent.displayName ?? '') || userName
  if (!isEmail(email) || email.length > 254) return 'A user needs an email, in emails or as the userName.'
  if (!domains.some((domain) => email.endsWith(`@${domain}`)))
    return `This connection may only provision emails of ${domains.join(', ')}.`
  if (name.length > 200) return 'A name has at most 200 characters.'
  return { userName, externalId: sent.externalId ?? null, name, email, isActive: sent.active ?? true }
}

/** A person as SCIM shows them: nothing of their training. */
export const scimUserOf = (row: ScimUserRow) => ({
  id: row.person_id,
  userName: row.user_name,
  ...(row.external_id ? { externalId: row.external_id } : {}),
  name: { formatted: row.name },
  displayName: row.name,
  active: row.is_active,
  emails: row.email ? [{ value: row.email, type: 'work', primary: true }] : [],
  groups: row.groups.map(({ id, name }) => ({ value: id, display: name })),
  meta: { created: row.created_at, lastModified: row.changed_at },
})
