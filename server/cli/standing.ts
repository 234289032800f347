/**
 * Which training must this person have, by when, and may they have direct contact? Answers from facts in JSON with
 * the same rules as the pages, without a database.
 *
 *   node server/cli/standing.ts facts.json --on 2026-04-01 [--as-known 2026-03-01]
 *
 * `-` reads the facts from standard input; `--schema` prints their JSON schema. Exit code 2: the facts or the command
 * could not be read. Standard error says where.
 */
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { readFacts } from '#server/law/facts/facts-check.ts'
import { problemLine } from '#server/law/facts/problem.ts'
import { publishedSchema } from '#server/law/reasons/answer-schema.ts'
import { standing } from '#server/law/standing.ts'
import { type Day, dayOf, parseDay } from '#server/lib/days.ts'

const usage = 'Usage: npm run --silent standing -- facts.json|- [--on 2026-04-01] [--as-known 2026-03-01]'

/** An error that the user can fix. */
class Unreadable extends Error {}

try {
  const told = await answer(process.argv.slice(2))
  console.log(typeof told === 'string' ? told : JSON.stringify(told, null, 2))
} catch (error) {
  if (!(error instanceof Unreadable)) throw error
  console.error(error.message)
  process.exitCode = 2
}

async function answer(words: readonly string[]): Promise<object | string> {
  const { values, positionals } = commandLine(words)
  if (values.help) return usage
  if (values.schema) return publishedSchema()
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new Unreadable(usage)
  const on = values.on === undefined ? dayOf(new Date()) : dayOption('--on', values.on)
  const asKnownOn = values['as-known'] === undefined ? undefined : dayOption('--as-known', values['as-known'])
  const read = readFacts(jsonIn(await textOf(file), file))
  if (!read.ok) throw new Unreadable(read.problems.map(problemLine).join('\n'))
  return standing(read.facts, on, asKnownOn)
}

function commandLine(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        on: { type: 'string' },
        'as-known': { type: 'string' },
        schema: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    throw new Unreadable(`${messageOf(error)}\n${usage}`)
  }
}

function dayOption(name: string, given: string): Day {
  const day = parseDay(given)
  if (day === undefined) throw new Unreadable(`${name}: ${JSON.stringify(given)} is not a day`)
  return day
}

async function textOf(file: string): Promise<string> {
  if (file === '-') return text(process.stdin)
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Unreadable(`${file}: cannot be read: ${messageOf(error)}`)
  }
}

function jsonIn(written: string, file: string): unknown {
  try {
    // Some editors on Windows put a byte order mark in front.
    return JSON.parse(written.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new Unreadable(`${file === '-' ? 'standard input' : file}: not JSON: ${messageOf(error)}`)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
