import { describe, expect, test } from 'vitest'
import { readConfig } from '#server/config.ts'
import { ConfigError } from '#server/environment.ts'

describe('the settings', () => {
  test('are all optional: the service then only serves this machine', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      baseUrl: 'http://127.0.0.1:3000',
      https: false,
    })
  })

  test('the address that people type follows the port, unless it is set', () => {
    expect(readConfig({ PORT: '8080' }).baseUrl).toBe('http://127.0.0.1:8080')
    expect(readConfig({ HOST: '::1' }).baseUrl).toBe('http://[::1]:3000')
    const behindProxy = readConfig({ HOST: '0.0.0.0', BASE_URL: 'https://training.example.org' })
    expect(behindProxy).toMatchObject({ baseUrl: 'https://training.example.org', https: true })
  })

  test.each([
    ['PORT', { PORT: '65536' }],
    ['PORT', { PORT: '-1' }],
    ['PORT', { PORT: '3000.5' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
    ['LOG_FORMAT', { LOG_FORMAT: 'xml' }],
    ['DATABASE_POOL', { DATABASE_POOL: '0' }],
    ['DATABASE_LOCK_SECONDS', { DATABASE_LOCK_SECONDS: '0' }],
    ['SESSION_HOURS', { SESSION_HOURS: '48' }],
    ['SESSION_IDLE_MINUTES', { SESSION_IDLE_MINUTES: 'never' }],
    ['BASE_URL', { BASE_URL: 'training.example.org' }],
    ['BASE_URL', { BASE_URL: 'ftp://training.example.org' }],
    ['BASE_URL', { BASE_URL: 'http://training.example.org' }],
    ['BASE_URL', { BASE_URL: 'https://training.example.org/lms' }],
    ['DEMO', { DEMO: 'maybe' }],
    ['HOST', { HOST: '0.0.0.0' }],
    ['HOST', { HOST: '192.168.0.7', BASE_URL: 'http://127.0.0.1:3000' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://someone:hidden@host/training' }],
    [
      'DATABSE_URL is not a setting. Did you mean DATABASE_URL?',
      { DATABSE_URL: 'postgres://hidden@host/db' },
    ],
    ['LEDGER_HEADS_MAIL is not a setting.', { LEDGER_HEADS_MAIL: 'hidden@example.org' }],
    ['BASE_URI is not a setting.', { BASE_URI: 'https://training.example.org' }],
    ['LEDGER_HEAD_MAIL', { LEDGER_HEAD_MAIL: 'records@example.org' }],
    ['COURSES_DIR', { COURSES_DIR: '/no/such/folder' }],
    ['TRUSTED_PROXY', { TRUSTED_PROXY: 'true' }],
    ['TRUSTED_PROXY', { TRUSTED_PROXY: '127.0.0.1/64' }],
    ['TRUSTED_PROXY', { TRUSTED_PROXY: '127.0.0.1, nginx' }],
    ['SMTP_URL', { SMTP_URL: 'http://someone:hidden@host' }],
  ])('an invalid value is refused with the name of its setting: %s %o', (name, env) => {
    const refusal = () => readConfig(env)
    expect(refusal).toThrow(ConfigError)
    expect(refusal).toThrow(new RegExp(`^${name.replace('?', '\\?')}([= ]|$)`))
    expect(refusal).not.toThrow('hidden')
  })

  test('names that other programs use are left alone', () => {
    const others = { HOSTNAME: 'web-1', SESSION_MANAGER: 'local/x', DATABASE: 'x', SPORT: '1', PATH: '/bin' }
    expect(() => readConfig(others)).not.toThrow()
  })

  test('proxies are named by address or network', () => {
    const trustedProxy = '127.0.0.1, 10.0.0.0/8,fd00::/8'
    expect(readConfig({ TRUSTED_PROXY: trustedProxy })).toMatchObject({ trustedProxy })
  })
})
