import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Tracing } from './tracing.ts'

/** Not installed with the service, because they take 55 MB and few need them. */
const prefix = '@opentelemetry/'

/** Loads OpenTelemetry where an endpoint is set, and nothing otherwise. */
export async function openTelemetry(
  config: Readonly<{ telemetryEndpoint: string | undefined; version: string }>,
): Promise<Tracing | undefined> {
  if (!config.telemetryEndpoint) return undefined
  try {
    const { startTracing } = await import('./tracing.ts')
    return startTracing(config)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error(
      `OTEL_EXPORTER_OTLP_ENDPOINT needs packages that are not installed with the service. Install them beside it, then start again:\n  npm install --no-save ${telemetryPackages().join(' ')}`,
    )
  }
}

/** The versions that this service is tested with. */
export function telemetryPackages(): readonly string[] {
  const file = path.join(import.meta.dirname, '../../package.json')
  const { devDependencies } = JSON.parse(readFileSync(file, 'utf8')) as {
    devDependencies: Record<string, string>
  }
  return Object.entries(devDependencies).flatMap(([name, version]) =>
    name.startsWith(prefix) ? [`${name}@${version}`] : [],
  )
}
