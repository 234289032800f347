/** The hashes of a text's parts: enough to see which parts are the same in another version. */
export type TextOutline = Readonly<{
  modules: readonly Readonly<{
    slug: string
    poolHash: string
    lessons: readonly Readonly<{ slug: string; hash: string }>[]
  }>[]
}>

export type PartChange = 'added' | 'changed' | 'removed'

type VersionChanges = Readonly<{
  lessons: readonly Readonly<{ module: string; lesson: string; change: PartChange }>[]
  /** Modules whose pool, draw or pass mark changed. */
  pools: readonly Readonly<{ module: string; change: PartChange }>[]
}>

/** Only the outline of a version. */
export const outlineOfText = ({ modules }: TextOutline): TextOutline => ({
  modules: modules.map(({ slug, poolHash, lessons }) => ({
    slug,
    poolHash,
    lessons: lessons.map(({ slug, hash }) => ({ slug, hash })),
  })),
})

/** The differences in the second text: new and changed parts in order, then removed ones. */
export function changesBetween(before: TextOutline, after: TextOutline): VersionChanges {
  return {
    lessons: differing(lessonHashes(before), lessonHashes(after)).map(([key, change]) => {
      const [module, lesson] = key.split('/') as [string, string]
      return { module, lesson, change }
    }),
    pools: differing(poolHashes(before), poolHashes(after)).map(([module, change]) => ({ module, change })),
  }
}

const lessonHashes = ({ modules }: TextOutline) =>
  new Map(
    modules.flatMap(({ slug, lessons }) => lessons.map((one) => [`${slug}/${one.slug}`, one.hash] as const)),
  )

const poolHashes = ({ modules }: TextOutline) =>
  new Map(modules.map(({ slug, poolHash }) => [slug, poolHash] as const))

function differing(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly (readonly [key: string, change: PartChange])[] {
  const left = [...after].flatMap(([key, hash]) =>
    before.get(key) === hash ? [] : [[key, before.has(key) ? 'changed' : 'added'] as const],
  )
  const gone = [...before.keys()].filter((key) => !after.has(key)).map((key) => [key, 'removed'] as const)
  return [...left, ...gone]
}
