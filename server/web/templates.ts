import { Eta } from 'eta'

type TemplateOptions = Readonly<{
  folder: string
  /** False to recompile templates on each use. */
  cache: boolean
  /** Throws, or logs the error and prints nothing. */
  whenMissing: (error: Error) => void
}>

/** Templates in which a missing value is an error, so that no page ever says "undefined". */
export function createTemplates({ folder, cache, whenMissing }: TemplateOptions): Eta {
  const eta = new Eta({
    views: folder,
    cache,
    autoTrim: false,
    autoFilter: true,
    filterFunction: (value) => {
      if (value !== undefined && value !== null) return String(value)
      whenMissing(new Error(`A template prints ${value}: a value is missing from the page’s data.`))
      return ''
    },
    plugins: [{ processTemplate: blocksApart }],
  })
  // Eta works out a template's file each time it is printed, ten times on a lesson's page.
  const { resolvePath } = eta
  const paths = new Map<string, string>()
  eta.resolvePath = (template, options) => {
    const name = `${options?.filepath ?? ''} ${template}`
    const path = paths.get(name) ?? resolvePath.call(eta, template, options)
    paths.set(name, path)
    return path
  }
  return eta
}

const blocks =
  'address|article|aside|blockquote|button|caption|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h1|h2|h3|h4|header|label|legend|li|main|nav|ol|option|p|section|summary|table|tbody|td|th|thead|tr|ul'

const blockEdge = new RegExp(`(?<=\\S)(?=<(?:${blocks})\\b)|(?<=</(?:${blocks})>)(?=\\S)`, 'g')

/** Puts each block element on its own line: text extractors join words that only layout separates. Indentation stays here. */
const blocksApart = (template: string): string =>
  template.replaceAll(blockEdge, '\n').replaceAll(/\n\s+/g, '\n')
