/** Text in one style. */
export type Span = Readonly<{
  text: string
  bold?: boolean
  /** The link: a phone number, an email or a page. */
  href?: string
  /** A superscript source number. */
  raised?: boolean
}>

export type Spans = readonly Span[]

/** A part of a document. A blank is a line to write on. Fields are several labeled lines to write on in one row. */
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

/** A job aid or guide. The web page and the PDF are made from the same blocks. */
export type Sheet = {
  /** The kind of document: "Job aid". */
  readonly over: string
  readonly title: string
  readonly lead: string
  /** Columns of the printed body. Headings, lead and sources use the full width. */
  readonly columns: 1 | 2
  readonly blocks: readonly SheetBlock[]
  /** Sources and check date, in small print at the end. */
  readonly notes: readonly Spans[]
}

export const spansText = (spans: Spans) => spans.map(({ text }) => text).join('')

/** A block's prose, for the word count and the reading grade. */
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
