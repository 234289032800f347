import { escapeHtml } from './escape.ts'
import type { SheetBlock, Spans } from './sheet.ts'

/** The HTML of a document's body. */
export const sheetHtml = (blocks: readonly SheetBlock[]): string => blocks.map(blockHtml).join('\n')

function blockHtml(block: SheetBlock): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${spansHtml(block.spans)}</h${block.level}>`
    case 'paragraph':
      return `<p>${spansHtml(block.spans)}</p>`
    case 'key-point':
      return `<p class="sheet-key-point">${spansHtml(block.spans)}</p>`
    case 'list': {
      const name = block.marker === 'number' ? 'ol' : 'ul'
      const boxes = block.marker === 'box' ? ' class="sheet-boxes"' : ''
      return `<${name}${boxes}>\n${block.items.map((item) => `<li>${spansHtml(item)}</li>`).join('\n')}\n</${name}>`
    }
    case 'table': {
      const head = block.head.map((cell) => `<th scope="col">${spansHtml(cell)}</th>`).join('\n')
      const rows = block.rows.map((cells) => {
        const [first, ...others] = cells
        return `<tr><th scope="row">${spansHtml(first ?? [])}</th>\n${others.map((cell) => `<td>${spansHtml(cell)}</td>`).join('\n')}</tr>`
      })
      return `<div class="sheet-table"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table></div>`
    }
    case 'fields': {
      const fields = block.fields.map((spans) => `<span class="sheet-field">${spansHtml(spans)}</span>`)
      return `<p class="sheet-fields">${fields.join(' ')}</p>`
    }
    case 'blank':
      return '<div class="sheet-blank"></div>'
  }
}

export const spansHtml = (spans: Spans): string =>
  spans
    .map(({ text, bold, href, raised }) => {
      let html = escapeHtml(text)
      if (bold) html = `<strong>${html}</strong>`
      if (href !== undefined) html = `<a href="${escapeHtml(href)}"${rel(href)}>${html}</a>`
      return raised ? `<sup>&nbsp;${html}</sup>` : html
    })
    .join('')

const rel = (href: string) => (href.startsWith('https:') ? ' rel="noreferrer noopener"' : '')
