import { describe, expect, test } from 'vitest'
import {
  type Actor,
  actorNames,
  actorsAt,
  canUndo,
  grantingRules,
  hireConfirmers,
  mayDo,
  postDuties,
  postNames,
  postOf,
  trainingDeciders,
} from '#server/people/granting.ts'
import {
  type Grant,
  grantsInUse,
  hasRole,
  isAllowed,
  mayLeadGroups,
  mustSetUpSecondFactor,
  type Role,
  roleNames,
  type Viewer,
} from '#server/people/roles.ts'
import { grantingCells } from './granting-cells.ts'

const today = '2026-11-30'

const grant = (role: Role, more: Partial<Grant> = {}): Grant => ({
  id: role,
  role,
  program_id: null,
  holder_id: null,
  last_used_on: null,
  ...more,
})

const viewer = (...grants: readonly Grant[]): Viewer => ({
  id: 'mai',
  name: 'Mai Vang',
  email: null,
  grants,
  supervised_program_ids: [],
  administered_program_ids: [],
  trained_program_ids: [],
  unread_notices: 0,
  last_active_on: null,
  owes_data_notice: false,
  has_account_news: false,
  confirmed_at: new Date(0),
  session_seconds_left: 0,
  has_second_factor: false,
  reading: null,
})

const roles = ['supervisor', 'trainer', 'program_admin', 'licensing', 'reviewer', 'system_admin'] as const

describe('what a page asks of its viewer', () => {
  test.each(['asset', 'public'] as const)('a page that is %s is open to everyone', (policy) => {
    expect([isAllowed(policy, null), isAllowed(policy, viewer())]).toEqual([true, true])
  })

  test('a page for people who signed in is open to them alone', () => {
    expect([isAllowed('signed-in', null), isAllowed('signed-in', viewer())]).toEqual([false, true])
  })

  test.each(roles)('a page for a %s is open to that role alone', (role) => {
    const others = roles.filter((one) => one !== role)
    expect(isAllowed([role], viewer(grant(role)))).toBe(true)
    expect(isAllowed([role], viewer(...others.map((one) => grant(one))))).toBe(false)
    expect(isAllowed([role], null)).toBe(false)
    expect(isAllowed([], viewer(grant(role)))).toBe(false)
  })

  test('one of several roles is enough', () => {
    expect(hasRole(viewer(grant('trainer')), 'licensing', 'trainer')).toBe(true)
    expect(hasRole(viewer(grant('trainer'), grant('licensing')), 'licensing')).toBe(true)
    expect(hasRole(viewer(), 'licensing')).toBe(false)
  })

  test('everyone but licensing staff and learners may lead a group', () => {
    expect(roles.filter((role) => mayLeadGroups(viewer(grant(role))))).toEqual(
      roles.filter((role) => role !== 'licensing'),
    )
    expect(mayLeadGroups(viewer())).toBe(false)
  })

  test('every role needs a second factor, and a learner none', () => {
    expect(mustSetUpSecondFactor(viewer())).toBe(false)
    expect(mustSetUpSecondFactor(viewer(grant('trainer')))).toBe(true)
    expect(mustSetUpSecondFactor({ ...viewer(grant('trainer')), has_second_factor: true })).toBe(false)
  })
})

describe('the use of a role is recorded once a day', () => {
  const here = grant('supervisor', { id: 'here', program_id: 'north-star' })
  const there = grant('supervisor', { id: 'there', program_id: 'lakeside' })
  const everywhere = grant('supervisor', { id: 'everywhere', last_used_on: '2026-11-29' })
  const used = grant('supervisor', { id: 'used', last_used_on: today })
  const other = grant('licensing', { id: 'other' })
  const someone = viewer(here, there, everywhere, used, other)
  const idsOf = (policy: Parameters<typeof grantsInUse>[1], program?: string) =>
    grantsInUse(someone, policy, program, today).map(({ id }) => id)

  test('for the roles that the page asks for and that reach its program', () => {
    expect(idsOf(['supervisor'], 'north-star')).toEqual(['here', 'everywhere'])
    expect(idsOf(['supervisor'])).toEqual(['here', 'there', 'everywhere'])
    expect(idsOf(['licensing', 'reviewer'], 'north-star')).toEqual(['other'])
  })

  test.each(['asset', 'public', 'signed-in'] as const)('but not on a page that is %s', (policy) => {
    expect(idsOf(policy)).toEqual([])
  })
})

describe('as whom someone acts', () => {
  const place = { program_id: 'north-star', holder_id: null, holder: 'harbor' }
  const actors = (grants: readonly Grant[], scope = place, siblings = ['lakeside']) =>
    [...actorsAt({ grants }, scope, siblings)].sort()

  test.each([
    ['licensing staff', grant('licensing'), ['licensing']],
    ['a system administrator', grant('system_admin'), ['system_admin']],
    ['a supervisor of the program', grant('supervisor', { program_id: 'north-star' }), []],
    ['its administrator', grant('program_admin', { program_id: 'north-star' }), ['program_admin']],
    [
      'an administrator of a sibling',
      grant('program_admin', { program_id: 'lakeside' }),
      ['other_program_admin'],
    ],
    ['an administrator elsewhere', grant('program_admin', { program_id: 'far' }), []],
    ['the lead of its license holder', grant('program_admin', { holder_id: 'harbor' }), ['lead']],
    ['the lead of another license holder', grant('program_admin', { holder_id: 'other' }), []],
  ] as const)('%s', (_who, one, expected) => {
    expect(actors([one])).toEqual(expected)
  })

  test('each role counts, also where several meet', () => {
    expect(actors([grant('supervisor'), grant('licensing'), grant('system_admin')])).toEqual([
      'licensing',
      'system_admin',
    ])
  })

  test('no one is lead or administrator of the whole installation', () => {
    const whole = { program_id: null, holder_id: null, holder: null } as never
    const all = [
      grant('program_admin', { program_id: 'north-star' }),
      grant('program_admin', { holder_id: 'harbor' }),
      grant('program_admin'),
    ]
    expect(actors(all, whole, [])).toEqual([])
  })

  test('one of the allowed is enough', () => {
    const both = new Set<Actor>(['lead', 'licensing'])
    expect(mayDo(both, ['program_admin', 'lead'])).toBe(true)
    expect(mayDo(both, ['program_admin'])).toBe(false)
    expect(mayDo(new Set(), ['program_admin'])).toBe(false)
  })
})

test('a lead is an administrator of all of a license holder’s programs', () => {
  expect(postOf({ role: 'program_admin', holder_id: 'harbor' })).toBe('lead')
  expect(postOf({ role: 'program_admin', holder_id: null })).toBe('program_admin')
  expect(postOf({ role: 'supervisor', holder_id: 'harbor' })).toBe('supervisor')
})

test.each(grantingCells)(
  '$actor and the role $post: $mark, as in the agreed table',
  ({ post, actor, mark }) => {
    const { grants, ends, confirms } = grantingRules[post]
    const isIn = (actors: readonly Actor[] | null) => actors?.some((one) => one === actor) ?? false
    expect(isIn(grants)).toBe(mark.includes('g'))
    expect(isIn(ends)).toBe(mark.includes('e'))
    // A lead's role has no administrator of one program beside it: they are administrators of another one to it.
    expect(isIn(confirms) || (post === 'lead' && actor === 'program_admin')).toBe(mark.includes('c'))
    expect(confirms === null).toBe(post === 'supervisor' || post === 'trainer')
  },
)

test('each role has a name and a sentence of its own, for readers who are not lawyers', () => {
  expect(roleNames).toEqual({
    supervisor: 'Supervisor',
    trainer: 'Trainer',
    program_admin: 'Program administrator',
    licensing: 'Licensing staff',
    reviewer: 'Content reviewer',
    system_admin: 'System administrator',
  })
  const { learner, lead, ...others } = postNames
  expect([learner, lead, others]).toEqual(['Learner', 'License holder’s lead', roleNames])
  for (const texts of [postDuties, actorNames]) {
    expect(Object.values(texts).every((text) => text.length > 10)).toBe(true)
    expect(new Set(Object.values(texts)).size).toBe(Object.keys(texts).length)
  }
  expect(Object.keys(postDuties)).toEqual(Object.keys(postNames))
  expect(Object.keys(actorNames)).toHaveLength(5)
})

test('those who put people on a roster confirm a backdated hire, and licensing staff where no one else can', () => {
  const forPrograms = ['program_admin', 'lead', 'other_program_admin', 'licensing']
  expect(hireConfirmers).toEqual(forPrograms)
  expect(trainingDeciders).toEqual(forPrograms)
  expect(grantingRules.learner).toEqual({
    grants: ['program_admin', 'lead'],
    ends: ['program_admin', 'lead'],
    confirms: null,
  })
})

test('a grant can be undone for an hour', () => {
  const at = new Date('2026-11-30T12:00:00Z')
  expect(canUndo(at, new Date('2026-11-30T12:59:59Z'))).toBe(true)
  expect(canUndo(at, new Date('2026-11-30T13:00:00Z'))).toBe(false)
})
