import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import {
  environmentExample,
  settingLines,
  settingList,
  settingsPage,
} from '#server/admin/console/setting-lines.ts'
import { readConfig } from '#server/config.ts'

const file = (name: string) => readFileSync(path.join(import.meta.dirname, '../..', name), 'utf8')

test('the list of settings has every name that the service reads, and no other', () => {
  const asked = new Set<string>()
  readConfig(
    new Proxy(
      {},
      {
        get: (_target, name) => {
          asked.add(String(name))
        },
      },
    ),
  )
  // Chosen by npm run dev, not by an installation.
  asked.delete('NODE_ENV')
  expect(settingList.map(({ name }) => name).sort()).toEqual([...asked].sort())
})

test('.env.example and docs/settings.md are written from the list: npm run settings', () => {
  expect(file('.env.example')).toBe(environmentExample())
  expect(file('docs/settings.md')).toBe(settingsPage())
})

test('.env.example as it is changes nothing, and no secret is shown', () => {
  const lines = environmentExample()
    .split('\n')
    .filter((line) => /^[A-Z_]+=./.test(line))
  const example = Object.fromEntries(lines.map((line) => line.split('=', 2)))
  expect(readConfig(example)).toEqual(readConfig({}))
  const secrets = {
    DATABASE_URL: 'postgres://kit:hush-hush-1@127.0.0.1/x',
    SMTP_URL: 'smtp://kit:hush-hush-2@127.0.0.1',
    BACKUP_PASSPHRASE: 'hush-hush-3-and-some-more',
  }
  expect(JSON.stringify(settingLines(readConfig(secrets)))).not.toContain('hush-hush')
})
