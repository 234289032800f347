/** The facts of a certificate, frozen in its row when it is issued. They are printed, signed and shown, never recalculated. */
export type CertificateFacts = Readonly<{
  /** The name that `checkName` returned. */
  person_name: string
  course_title: string
  course_version: string
  /** SHA-256 of the course's content, in hex. */
  course_hash: string
  /** The citation of the law that requires the training. */
  statute: string
  modules: readonly CompletedModule[]
  hours: number
  kind: CertificateKind
  /** The instant, ISO 8601 in UTC. */
  completed_at: string
  /** The day in Minnesota, `2027-03-31`. */
  completed_on: string
  /** The instant, ISO 8601 in UTC. Later than completion if the certificate replaces another. */
  issued_at: string
  approval: CourseApproval | null
  /** The program at completion: printed, but never in the credential. */
  program: LicensedProgram | null
  certificate_number: string
  /** 128 random bits, the last part of `verify_url`. */
  token: string
  verify_url: string
  issuer_name: string
  /** One further sentence, such as "Replaces certificate 2027-000012."; empty where there is none. */
  note: string
}>

export type CertificateKind = 'initial' | 'annual' | 'course'

export type CompletedModule = Readonly<{ number: number; title: string; completed_on: string }>

type CourseApproval = Readonly<{
  authority: string
  reference: string
  approved_on: string
  /** The day it takes effect. Missing on certificates issued before approvals had one. */
  effective_on?: string
  /** The approved version, if this one only corrects its wording. */
  carried_from?: string | null
  /** True for an invented approval in the demonstration data. */
  demonstration: boolean
}>

export type LicensedProgram = Readonly<{
  name: string
  /** Null for a county or Tribal agency, which has no license. */
  license_number: string | null
  license_type: string | null
  holder: string
}>
