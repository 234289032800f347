/** `npm run settings`: writes `.env.example` and docs/settings.md from the list of settings. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { environmentExample, settingsPage } from '#server/admin/console/setting-lines.ts'

const project = path.join(import.meta.dirname, '../..')
writeFileSync(path.join(project, '.env.example'), environmentExample())
writeFileSync(path.join(project, 'docs/settings.md'), settingsPage())
