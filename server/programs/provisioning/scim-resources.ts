import SCIMMY from 'scimmy'
import type { Provisioning, ScimOutcome } from './scim-activation.actions.ts'
import { type GroupOutcome, removeScimGroup, saveScimGroup } from './scim-groups.actions.ts'
import { listScimGroups, type ScimGroupRow } from './scim-groups.queries.ts'
import { readScimUser, scimUserOf } from './scim-user.ts'
import { changeScimUser, createScimUser, removeScimUser } from './scim-users.actions.ts'
import { listScimUsers } from './scim-users.queries.ts'

// scimmy keeps its resources for the whole process: what differs by request comes in the context.
const { User, Group } = SCIMMY.Resources
const ScimError = SCIMMY.Types.Error

const isId = (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
const notFound = (id = '') => new ScimError(404, null as never, `Resource ${id} not found`)

SCIMMY.Resources.declare(User.extend(SCIMMY.Schemas.EnterpriseUser, false))
  .egress(async (resource, context) => {
    const { db, connection } = context as Provisioning
    const { id = null } = resource
    if (id && !isId(id)) throw notFound(id)
    const users = (await listScimUsers(db, connection.id, id)).map(scimUserOf)
    if (id) return users[0] ?? raise(notFound(id))
    return resource.filter ? matching(users, resource.filter) : users
  })
  .ingress(async (resource, sent, context) => {
    const acting = context as Provisioning
    const wanted = readScimUser(sent as Parameters<typeof readScimUser>[0], acting.connection.domains)
    if (typeof wanted === 'string') throw new ScimError(400, 'invalidValue', wanted)
    const { id } = resource
    if (id && !isId(id)) throw notFound(id)
    const outcome = id ? await changeScimUser(acting, id, wanted) : await createScimUser(acting, wanted)
    const [user] = await listScimUsers(acting.db, acting.connection.id, personOf(outcome, id))
    return scimUserOf(user ?? raise(notFound(id)))
  })
  .degress(async (resource, context) => {
    const { id = '' } = resource
    if (!isId(id)) throw notFound(id)
    personOf(await removeScimUser(context as Provisioning, id), id)
  })

SCIMMY.Resources.declare(Group)
  .egress(async (resource, context) => {
    const { db, connection } = context as Provisioning
    const { id = null } = resource
    if (id && !isId(id)) throw notFound(id)
    const groups = (await listScimGroups(db, connection.id, id)).map(scimGroupOf)
    if (id) return groups[0] ?? raise(notFound(id))
    return resource.filter ? matching(groups, resource.filter) : groups
  })
  .ingress(async (resource, sent, context) => {
    const acting = context as Provisioning
    const { id } = resource
    if (id && !isId(id)) throw notFound(id)
    const {
      displayName,
      externalId,
      members = [],
    } = sent as {
      displayName: string
      externalId?: string
      members?: readonly { value?: string }[]
    }
    const wanted = {
      displayName: displayName.trim().slice(0, 200),
      externalId: externalId ?? null,
      memberIds: members.map(({ value = '' }) => value),
    }
    const outcome = await saveScimGroup(acting, id ?? null, wanted)
    const [group] = await listScimGroups(acting.db, acting.connection.id, groupOf(outcome, id))
    return scimGroupOf(group ?? raise(notFound(id)))
  })
  .degress(async (resource, context) => {
    const { id = '' } = resource
    if (!isId(id)) throw notFound(id)
    groupOf(await removeScimGroup(context as Provisioning, id), id)
  })

const scimGroupOf = (row: ScimGroupRow) => ({
  id: row.id,
  displayName: row.display_name,
  ...(row.external_id ? { externalId: row.external_id } : {}),
  ...(row.members.length > 0
    ? {
        members: row.members.map(({ id, name }) => ({
          value: id,
          $ref: `${User.basepath()}/${id}`,
          display: name,
          type: 'User',
        })),
      }
    : {}),
  meta: { created: row.created_at, lastModified: row.changed_at },
})

type Filter = NonNullable<InstanceType<typeof User>['filter']>

/** The library compares letter by letter, but names and emails are the same in capitals (RFC 7643, section 4.1.1). */
function matching<T extends object>(resources: readonly T[], filter: Filter): T[] {
  const lowered = new Map(resources.map((one) => [inLowerCase(one) as object, one]))
  return filter.match([...lowered.keys()]).flatMap((one) => lowered.get(one as object) ?? [])
}

function inLowerCase(value: unknown): unknown {
  if (typeof value === 'string') return value.toLowerCase()
  if (Array.isArray(value)) return value.map(inLowerCase)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inLowerCase(one)]))
}

/** A filter with its values in lower case; instants, which have letters of their own, stay. */
export const filterInLowerCase = (filter: string): string =>
  filter.replace(/"(?:[^"\\]|\\.)*"/g, (text) => (/^"\d{4}-\d\d/.test(text) ? text : text.toLowerCase()))

function personOf(outcome: ScimOutcome, id: string | undefined): string {
  switch (outcome.kind) {
    case 'done':
      return outcome.personId
    case 'not-found':
      throw notFound(id)
    case 'taken':
      throw new ScimError(409, 'uniqueness', 'This userName or email is provisioned already.')
    case 'last-administrator':
      throw new ScimError(409, null as never, 'The last system administrator can’t be deactivated.')
  }
}

function groupOf(outcome: GroupOutcome, id: string | undefined): string {
  switch (outcome.kind) {
    case 'done':
      return outcome.id
    case 'not-found':
      throw notFound(id)
    case 'taken':
      throw new ScimError(409, 'uniqueness', 'There is a group of this name already.')
    case 'unknown-member':
      throw new ScimError(400, 'invalidValue', `The member ${outcome.id} is no user of this connection.`)
  }
}

function raise(error: Error): never {
  throw error
}

SCIMMY.Config.set({
  patch: true,
  bulk: false,
  sort: true,
  etag: false,
  changePassword: false,
  filter: { supported: true, maxResults: 200 },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: 'A token made on the page “Directories,” in the header Authorization.',
    },
  ],
} as never)

export const scim = SCIMMY
