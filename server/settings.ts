import { existsSync } from 'node:fs'
import { type Config, readConfig } from '#server/config.ts'
import { ConfigError } from '#server/environment.ts'

/** A command's settings from the environment and `.env`. Ends with a message if one is invalid. */
export function settings(): Config {
  if (existsSync('.env')) process.loadEnvFile('.env')
  try {
    return readConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(2)
  }
}
