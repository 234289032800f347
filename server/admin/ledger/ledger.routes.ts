import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'
import { Type } from 'typebox'
import { findSetting } from '#server/admin/setup/settings.queries.ts'
import { findLastKeptHead } from '#server/certificates/credentials/ledger-heads.actions.ts'
import type { Database } from '#server/db/connection.ts'
import { recordExport } from '#server/ledger/actions.ts'
import { findLastCheck } from '#server/ledger/checks.ts'
import { findLastHead } from '#server/ledger/queries.ts'
import { dayOf } from '#server/lib/days.ts'
import type { Mail } from '#server/lib/mail.ts'
import { viewerOf } from '#server/people/viewer.ts'
import { escapeFormula } from '#server/programs/spreadsheet-formulas.ts'
import { type App, text } from '#server/web/routes.ts'
import { checkLedgerNow } from './ledger-check.actions.ts'
import {
  eachLedgerBatch,
  findLedgerSummary,
  type LedgerLine,
  listLedgerLines,
} from './ledger-entries.queries.ts'
import { kindWords, mayShowFacts, readLedgerFilter } from './ledger-filter.ts'

type Needs = Readonly<{
  db: Database
  directMail: Mail
  clock: () => Date
  config: Readonly<{ dataDir: string; ledgerHeadMail: string | undefined }>
}>

/** The ledger as system administrators read it: what was done, by whom, and whether it is as it was written. */
export async function ledgerConsoleRoutes(
  app: App,
  { db, directMail: mail, clock, config }: Needs,
): Promise<void> {
  const administrators = { policy: ['system_admin'] } as const
  const optional = () => Type.Optional(text(200))
  const querystring = Type.Object({
    kind: optional(),
    subject: optional(),
    actor: optional(),
    from: optional(),
    to: optional(),
    below: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,15}$' })),
  })
  const pageSize = 50

  app.get('/admin/ledger', { config: administrators, schema: { querystring } }, async (request, reply) => {
    const { below, ...typed } = request.query
    const { filter, errors } = readLedgerFilter(typed, dayOf(clock()))
    const found = await listLedgerLines(db, filter, {
      below: below ? Number(below) : null,
      size: pageSize + 1,
    })
    const lines = found.slice(0, pageSize)
    const query = new URLSearchParams(Object.entries(typed).filter(([, value]) => value !== ''))
    const older = new URLSearchParams(query)
    older.set('below', String(lines.at(-1)?.turn ?? 1))
    const { total, kinds } = await findLedgerSummary(db)
    return reply.status(errors.length > 0 ? 422 : 200).page('admin/ledger', {
      title: 'Ledger',
      tab: 'ledger',
      typed,
      errors,
      lines: lines.map((line) => ({ ...line, words: kindWords(line.kind), details: detailsOf(line) })),
      kinds: kinds.map((kind) => ({ value: kind, label: kindWords(kind) })),
      total,
      head: await findLastHead(db),
      kept: await findLastKeptHead(config.dataDir),
      mailedTo: mail ? (config.ledgerHeadMail ?? null) : null,
      check: await findSetting(db, 'ledger-check'),
      hourly: await findLastCheck(db),
      exportHref: `/admin/ledger.csv?${query}`,
      older: found.length > pageSize ? `/admin/ledger?${older}` : null,
    })
  })

  app.get(
    '/admin/ledger.csv',
    { config: administrators, schema: { querystring } },
    async (request, reply) => {
      const { below, ...typed } = request.query
      const { filter } = readLedgerFilter(typed, dayOf(clock()))
      await recordExport(db, {
        by: viewerOf(request).id,
        subject: 'ledger',
        at: clock(),
        facts: { what: 'ledger', filter },
      })
      const batches = eachLedgerBatch(db, filter)
      // The first batch is read before the answer begins, so that a database in trouble is an error page.
      const first = await batches.next()
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="ledger-${dayOf(clock())}.csv"`)
        .send(Readable.from(csvOf(first.value ?? [], batches)))
    },
  )

  app.post(
    '/admin/ledger/check',
    { config: { ...administrators, rateLimit: { max: 6, timeWindow: '1 minute' } } },
    async (request, reply) => {
      await checkLedgerNow(db, { viewer: viewerOf(request), now: clock(), dataDir: config.dataDir })
      return reply.redirect('/admin/ledger', 303)
    },
  )
}

const columns = ['Entry', 'At (UTC)', 'By', 'Kind', 'Subject', 'Details', 'Hash']

async function* csvOf(first: readonly LedgerLine[], rest: AsyncIterable<readonly LedgerLine[]>) {
  yield stringify([columns], { bom: true, record_delimiter: 'windows' })
  yield csvLines(first)
  for await (const lines of rest) yield csvLines(lines)
}

const csvLines = (lines: readonly LedgerLine[]): string =>
  stringify(
    lines.map((line) =>
      [
        line.seq === null ? 'not yet placed' : String(line.seq),
        line.at.toISOString(),
        line.actor ?? '',
        line.kind,
        line.subject,
        mayShowFacts(line.kind) ? line.facts : '',
        line.hash ?? '',
      ].map(escapeFormula),
    ),
    { record_delimiter: 'windows' },
  )

/** What an entry says, a name and value each; null where it is about someone's training. */
function detailsOf({ kind, facts }: LedgerLine): readonly Readonly<{ name: string; value: string }>[] | null {
  if (!mayShowFacts(kind)) return null
  return Object.entries(JSON.parse(facts) as Record<string, unknown>)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => ({
      name: name.replaceAll('_', ' '),
      value: typeof value === 'object' ? JSON.stringify(value) : String(value),
    }))
}
