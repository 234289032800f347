/** What a certificate says, frozen in its row at issue: printed, signed and shown, never worked out again. */
export type CertificateFacts = Readonly<{
  /** As `checkName` returned it. */
  person_name: string
  course_title: string
  course_version: string
  /** SHA-256 of the course's content, in hex. */
  course_hash: string
  /** The law that asks for the training, as cited to people. */
  statute: string
  modules: readonly CompletedModule[]
  hours: number
  kind: CertificateKind
  /** The instant, ISO 8601 in UTC. */
  completed_at: string
  /** The day in Minnesota, `2027-03-31`. */
  completed_on: string
  /** The instant, ISO 8601 in UTC; later than completion where a certificate replaces another. */
  issued_at: string
  approval: CourseApproval | null
  /** Where the person worked at the time of completion; printed, and never in the credential. */
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

export type CourseApproval = Readonly<{
  authority: string
  reference: string
  approved_on: string
  /** The day from which it counts; not on certificates issued before approvals had one. */
  effective_on?: string
  /** The version that was approved, where this one only corrects its wording. */
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
