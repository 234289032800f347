/** A run of words in a sheet. */
export type Span = Readonly<{
  text: string
  bold?: boolean
  /** Where the words lead: a telephone, an email or a page. */
  href?: string
  /** The number of a source, small and raised. */
  raised?: boolean
}>

export type Spans = readonly Span[]

/** A part of a sheet. A blank is a line to write on; fields are several lines to write on in one row, each after its words. */
export type SheetBlock =
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly spans: Spans }
  | { readonly kind: 'paragraph'; readonly spans: Spans }
  | {
      readonly kind: 'list'
      readonly marker: 'bullet' | 'number' | 'box'
      readonly items: readonly Spans[]
    }
  | { readonly kind: 'table'; readonly head: readonly Spans[]; readonly rows: readonly (readonly Spans[])[] }
  | { readonly kind: 'key-point'; readonly spans: Spans }
  | { readonly kind: 'fields'; readonly fields: readonly Spans[] }
  | { readonly kind: 'blank' }

/** What is read on the screen and printed: both are drawn from the same blocks, so both say the same. */
export type Sheet = {
  /** What kind of sheet it is: "Job aid". */
  readonly over: string
  readonly title: string
  readonly lead: string
  /** Of the body on paper; headings, lead and sources go from edge to edge. */
  readonly columns: 1 | 2
  readonly blocks: readonly SheetBlock[]
  /** Where it comes from and as of when, in small print at the end. */
  readonly notes: readonly Spans[]
}

export const spansText = (spans: Spans) => spans.map(({ text }) => text).join('')

/** The words of a block that are read as prose: for counting, and for the reading grade. */
export function blockTexts(block: SheetBlock): string[] {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
    case 'key-point':
      return [spansText(block.spans)]
    case 'list':
      return block.items.map(spansText)
    case 'table':
      return [block.head, ...block.rows].flat().map(spansText)
    case 'fields':
      return block.fields.map(spansText)
    case 'blank':
      return []
  }
}
