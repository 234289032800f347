export type Block =
  | Readonly<{ kind: 'heading' | 'paragraph'; text: string }>
  | Readonly<{ kind: 'list'; items: readonly string[] }>

/** A notice as typed: paragraphs with an empty line between them, `## ` before a heading, `- ` before each item of a list. */
export function noticeBlocks(body: string): readonly Block[] {
  const blocks = body
    .replaceAll('\r\n', '\n')
    .split(/\n[ \t]*\n/)
    .map((block) => block.trim())
  return blocks.filter(Boolean).map((block): Block => {
    const lines = block.split('\n').map((line) => line.trim())
    if (lines.every((line) => line.startsWith('- ')))
      return { kind: 'list', items: lines.map((line) => line.slice(2)) }
    if (lines.length === 1 && block.startsWith('## ')) return { kind: 'heading', text: block.slice(3) }
    return { kind: 'paragraph', text: lines.join(' ') }
  })
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
