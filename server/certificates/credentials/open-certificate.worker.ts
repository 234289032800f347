import { type OpenedCertificate, openCertificate } from './seal.ts'

export default (bytes: Uint8Array): OpenedCertificate => openCertificate(bytes)
