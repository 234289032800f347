import { type OpenedZip, openPastTrainings } from './past-trainings-zip.ts'

export default (file: Readonly<{ name: string; bytes: Uint8Array }>): OpenedZip => openPastTrainings(file)
