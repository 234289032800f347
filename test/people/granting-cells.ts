import type { Actor, Post } from '#server/people/granting.ts'

/**
 * The table of server/people/granting.ts once more, as the agreement says it: who may give (g), end (e) and confirm (c)
 * which role. A dot means no.
 */
const table = `
                 program_admin lead other_program_admin licensing system_admin supervisor reviewer
  supervisor     ge            ge   .                   .         ge           .          .
  trainer        ge            ge   .                   .         ge           .          .
  program_admin  gec           gec  c                   c         gec          .          .
  lead           c             gec  c                   c         gec          .          .
  licensing      .             .    .                   gec       gec          .          .
  reviewer       .             .    .                   c         gec          .          .
  system_admin   .             .    .                   c         gec          .          .
`

const [head, ...lines] = table.trim().split('\n')
const actors = head!.trim().split(/\s+/) as (Actor | 'supervisor' | 'reviewer')[]

/** Each cell: whether an actor may give, end and confirm a role. */
export const grantingCells = lines.flatMap((line) => {
  const [post, ...marks] = line.trim().split(/\s+/)
  return marks.map((mark, at) => ({ post: post as Exclude<Post, 'learner'>, actor: actors[at]!, mark }))
})
