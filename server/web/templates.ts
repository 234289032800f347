import { Eta } from 'eta'

export type TemplateOptions = Readonly<{
  folder: string
  /** False to read and compile templates at each use. */
  cache: boolean
  /** Throws, or notes the error and leaves the place empty. */
  whenMissing: (error: Error) => void
}>

/** Templates in which a value that is not there is an error: "undefined" is no word for a page. */
export const createTemplates = ({ folder, cache, whenMissing }: TemplateOptions): Eta =>
  new Eta({
    views: folder,
    cache,
    autoTrim: false,
    autoFilter: true,
    filterFunction: (value) => {
      if (value !== undefined && value !== null) return String(value)
      whenMissing(new Error(`A template prints ${value}: the page’s data lacks a value that it names.`))
      return ''
    },
    plugins: [{ processTemplate: blocksApart }],
  })

const blocks =
  'address|article|aside|blockquote|button|caption|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h1|h2|h3|h4|header|label|legend|li|main|nav|ol|option|p|section|summary|table|tbody|td|th|thead|tr|ul'

const blockEdge = new RegExp(`(?<=\\S)(?=<(?:${blocks})\\b)|(?<=</(?:${blocks})>)(?=\\S)`, 'g')

/** A reader that drops the layout joins words that only a block's edge keeps apart, so each block has its own line. */
const blocksApart = (template: string): string => template.replaceAll(blockEdge, '\n')
