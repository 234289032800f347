/** A text by the hashes of its parts: enough to tell what of it is the same in another. */
export type TextOutline = Readonly<{
  modules: readonly Readonly<{
    slug: string
    poolHash: string
    lessons: readonly Readonly<{ slug: string; hash: string }>[]
  }>[]
}>

export type PartChange = 'added' | 'changed' | 'removed'

export type VersionChanges = Readonly<{
  lessons: readonly Readonly<{ module: string; lesson: string; change: PartChange }>[]
  /** Modules whose pool, or how it is drawn and marked, is not the same. */
  pools: readonly Readonly<{ module: string; change: PartChange }>[]
}>

/** A text's outline alone, without what a version holds besides. */
export const outlineOfText = ({ modules }: TextOutline): TextOutline => ({
  modules: modules.map(({ slug, poolHash, lessons }) => ({
    slug,
    poolHash,
    lessons: lessons.map(({ slug, hash }) => ({ slug, hash })),
  })),
})

/** What is not the same in the second text: first what it has, in its order, then what it no longer has. */
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
