/** Degrees west and north. */
export type Point = readonly [west: number, north: number]

/** A part of the state on the map. */
export type ResourceRegion = Readonly<{ id: string; name: string; label: Point; outline: readonly Point[] }>

export type ResourceGroup = Readonly<{ id: string; title: string; about: string }>

/** What the administrator's page can change. A way that there isn't is empty. */
export type ResourceText = Readonly<{
  name: string
  about: string
  phone: string
  sms: string
  url: string
  email: string
  regions: readonly string[]
}>

export type Resource = ResourceText &
  Readonly<{
    id: string
    group: string
    /** Seen in the source, at second hand, or not confirmed. */
    status: 'V' | 'V2' | 'U'
    sources: readonly string[]
    /** The keys of the facts that it rests on. */
    facts: readonly string[]
    /** ISO day on which it was last checked. */
    checked: string
    /** Its number or address is also on other pages, so it is changed in facts.yml. */
    isOfRegister: boolean
  }>

/** The resources as the project ships them. */
export type ResourceFile = Readonly<{
  groups: readonly ResourceGroup[]
  regions: readonly ResourceRegion[]
  resources: readonly Resource[]
}>
