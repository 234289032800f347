type Attribute = Readonly<{ name: string; subAttributes?: readonly Attribute[] }> &
  Readonly<Record<string, unknown>>
type Described = Readonly<{ id: string; attributes?: readonly Attribute[]; schemaExtensions?: unknown }>

/** Made from what the directory sends. */
const readOnly = { mutability: 'readOnly' }
/**
 * What is kept of a user and a group, and how. Directories send much more; it is accepted, so that they go on, and not
 * kept. Each name stands for an attribute, and "name.part" for a part of it.
 */
const kept: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  'urn:ietf:params:scim:schemas:core:2.0:User': {
    userName: {},
    name: {},
    'name.formatted': {},
    displayName: readOnly,
    active: {},
    emails: { description: 'One work email. Another one takes effect when its owner confirms it.' },
    'emails.value': {},
    'emails.type': {},
    'emails.primary': {},
    groups: {},
    'groups.value': {},
    'groups.display': {},
  },
  'urn:ietf:params:scim:schemas:core:2.0:Group': {
    displayName: {},
    members: {},
    'members.value': {},
    'members.$ref': {},
    'members.display': readOnly,
    'members.type': { ...readOnly, canonicalValues: ['User'] },
  },
}

/** The schemas and resource types as they are published (RFC 7643, section 7): only what is kept, with no extension. */
export function publishedSchemas(answer: unknown): object {
  // The library's objects know how they are written, so they are read from there.
  const written = JSON.parse(JSON.stringify(answer)) as Described & { Resources?: readonly Described[] }
  if (!written.Resources) return published(written)
  const Resources = written.Resources.filter(({ id }) => isPublished(id)).map(published)
  return { ...written, Resources, totalResults: Resources.length, itemsPerPage: Resources.length }
}

/** Whether a schema is published under this id; resource types have ids of their own. */
export const isPublished = (id: string): boolean => id in kept || !id.startsWith('urn:')

function published({ schemaExtensions: _, ...described }: Described): Described {
  const which = kept[described.id]
  return which && described.attributes
    ? { ...described, attributes: keptOf(described.attributes, which, '') }
    : described
}

const keptOf = (
  attributes: readonly Attribute[],
  which: Readonly<Record<string, object>>,
  prefix: string,
): readonly Attribute[] =>
  attributes.flatMap((attribute) => {
    const how = which[`${prefix}${attribute.name}`]
    if (!how) return []
    const { subAttributes } = attribute
    return [
      {
        ...attribute,
        ...how,
        ...(subAttributes ? { subAttributes: keptOf(subAttributes, which, `${attribute.name}.`) } : {}),
      },
    ]
  })
