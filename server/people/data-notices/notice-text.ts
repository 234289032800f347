type Block =
  | Readonly<{ kind: 'heading' | 'paragraph'; text: string }>
  | Readonly<{ kind: 'list'; items: readonly string[] }>

/** A notice as typed: an empty line ends a paragraph, `## ` begins a heading and `- ` each item of a list. */
export function noticeBlocks(body: string): readonly Block[] {
  const blocks: Block[] = []
  let isOpen = false
  for (const line of body.split('\n').map((one) => one.trim())) {
    const last = blocks.at(-1)
    if (line.startsWith('## ')) blocks.push({ kind: 'heading', text: line.slice(3) })
    else if (line.startsWith('- ')) {
      if (last?.kind === 'list')
        blocks[blocks.length - 1] = { kind: 'list', items: [...last.items, line.slice(2)] }
      else blocks.push({ kind: 'list', items: [line.slice(2)] })
    } else if (line !== '') {
      if (isOpen && last?.kind === 'paragraph')
        blocks[blocks.length - 1] = { kind: 'paragraph', text: `${last.text} ${line}` }
      else blocks.push({ kind: 'paragraph', text: line })
    }
    isOpen = line !== '' && blocks.at(-1)?.kind === 'paragraph'
  }
  return blocks
}

/**
 * What a first notice may begin with: the questions of Minnesota Statutes, section 13.04, subdivision 2. An agency's
 * own data practices official has the last word on it.
 */
export const noticeDraft = `## Why we ask for this data
We keep your name, how you sign in, where you work, and your training so that your program can show that its staff are trained as the law requires.

## Whether you have to give it
You may refuse. Your employer may need it to assign you to work with young people.

## What happens if you don’t
Without it, we can’t record your training or issue a certificate.

## Who may see it
- Your supervisor and your program’s administrators see what you have finished and when training is due.
- State licensing staff see completions and certificates when they review your program.
- Anyone who has your certificate can verify it.`
