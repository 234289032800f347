import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'

/** A setting that stops the start. Its message says which and why, and repeats no secret. */
export class ConfigError extends Error {}

export type Environment = Readonly<Record<string, string | undefined>>

export function origin(text: string): string {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new ConfigError(`BASE_URL=${text} is not an address such as https://training.example.org.`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new ConfigError(`BASE_URL=${text} must start with https:// (or http:// for a loopback address).`)
  if (url.pathname !== '/' || url.search || url.hash)
    throw new ConfigError(`BASE_URL=${text} must be an origin without a path.`)
  return url.origin
}

export function httpAddress(env: Environment, name: string): string | undefined {
  const text = env[name] || undefined
  if (text && !/^https?:\/\/[^\s/]+/.test(text))
    throw new ConfigError(`${name}=${text} must be an address such as http://127.0.0.1:4318.`)
  return text
}

export function existingFolder(env: Environment, name: string, fallback: string): string {
  const folder = path.resolve(env[name] || fallback)
  if (!existsSync(folder)) throw new ConfigError(`${name}=${folder} does not exist.`)
  return folder
}

/** Addresses, or networks such as 10.0.0.0/8, with commas between them. */
export function proxies(env: Environment): string | undefined {
  const text = env.TRUSTED_PROXY || undefined
  const isProxy = (one: string) => {
    const [address = '', bits, ...rest] = one.trim().split('/')
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
    if (bits === undefined) return most > 0
    return rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most
  }
  if (text && !text.split(',').every(isProxy))
    throw new ConfigError(
      `TRUSTED_PROXY=${text} must be the proxy's IP address or network, such as 127.0.0.1 or 10.0.0.0/8.`,
    )
  return text
}

export function secret(env: Environment, name: string): string | undefined {
  const text = env[name] || undefined
  if (text && text.length < 16)
    throw new ConfigError(`${name} must have at least 16 letters (its value is not repeated here).`)
  return text
}

export function wholeNumber(
  env: Environment,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value > most)
    throw new ConfigError(`${name}=${text} must be a whole number from ${least} to ${most}.`)
  return value
}

export function oneOf<T extends string>(
  env: Environment,
  name: string,
  choices: readonly T[],
  fallback: T,
): T {
  const text = env[name] || fallback
  const found = choices.find((choice) => choice === text)
  if (!found) throw new ConfigError(`${name}=${text} must be one of ${choices.join(', ')}.`)
  return found
}
