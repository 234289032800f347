import { brandingRoutes } from '#server/admin/branding/branding.routes.ts'
import { dataNoticeConsoleRoutes } from '#server/admin/console/data-notice.routes.ts'
import { keyConsoleRoutes } from '#server/admin/console/keys.routes.ts'
import { settingsConsoleRoutes } from '#server/admin/console/settings.routes.ts'
import { storageConsoleRoutes } from '#server/admin/console/storage.routes.ts'
import { tokenConsoleRoutes } from '#server/admin/console/tokens.routes.ts'
import { consoleHealthRoutes } from '#server/admin/health/health.routes.ts'
import { jobConsoleRoutes } from '#server/admin/jobs/jobs.routes.ts'
import { ledgerConsoleRoutes } from '#server/admin/ledger/ledger.routes.ts'
import { mailConsoleRoutes } from '#server/admin/mail/mail.routes.ts'
import { groupRoleRoutes } from '#server/admin/people/group-roles.routes.ts'
import { installationRoleRoutes } from '#server/admin/people/roles.routes.ts'
import { installationProgramRoutes } from '#server/admin/programs/programs.routes.ts'
import { recordOpeningRoutes } from '#server/admin/records/records.routes.ts'
import type { CurrentInstallation } from '#server/admin/setup/current-installation.ts'
import { setupRoutes } from '#server/admin/setup/setup.routes.ts'
import { setupBootstrapRoutes } from '#server/admin/setup/setup-bootstrap.routes.ts'
import { calendarRoutes } from '#server/calendar/calendar.routes.ts'
import { certificateApiRoutes } from '#server/certificates/certificates/api.routes.ts'
import { certificateFileRoutes } from '#server/certificates/certificates/files.routes.ts'
import { ledgerRoutes } from '#server/certificates/certificates/ledger.routes.ts'
import { refreshRoutes } from '#server/certificates/certificates/refresh.routes.ts'
import { certificateRoutes } from '#server/certificates/certificates/verify.routes.ts'
import { publicationRoutes } from '#server/certificates/credentials/publication.routes.ts'
import { witnessRoutes } from '#server/certificates/credentials/witness.routes.ts'
import { certificateRequestRoutes } from '#server/certificates/requests/requests.routes.ts'
import { groupJoiningRoutes } from '#server/classroom/group-sessions/group-joining.routes.ts'
import { groupSessionRoutes } from '#server/classroom/group-sessions/group-sessions.routes.ts'
import { ledSessionRoutes } from '#server/classroom/instructor-led/instructor-led.routes.ts'
import { attendanceRoutes } from '#server/classroom/instructor-led/instructor-led-attendance.routes.ts'
import { organizingRoutes } from '#server/classroom/instructor-led/instructor-led-organizing.routes.ts'
import { scholarshipRoutes } from '#server/classroom/scholarships/scholarships.routes.ts'
import type { Catalogue } from '#server/courses/catalogue/catalogue.ts'
import type { SupportLine } from '#server/courses/catalogue/course-parts.ts'
import type { FindLessonHref } from '#server/courses/catalogue/lesson-links.ts'
import type { FindOffered } from '#server/courses/catalogue/offered.ts'
import { recordingRoutes } from '#server/courses/recordings.routes.ts'
import { resourceRoutes } from '#server/courses/resources/resources.routes.ts'
import { approvalRoutes } from '#server/courses/review/approvals.routes.ts'
import { commentRoutes } from '#server/courses/review/comments/comments.routes.ts'
import { mistakeRoutes } from '#server/courses/review/mistakes.routes.ts'
import { courseReviewRoutes } from '#server/courses/review/review.routes.ts'
import { statuteWatchRoutes } from '#server/courses/review/watch/statute-watch.routes.ts'
import { rightNowRoutes } from '#server/courses/right-now.routes.ts'
import { courseRoutes } from '#server/courses/routes.ts'
import { searchRoutes } from '#server/courses/search/search.routes.ts'
import type { Database } from '#server/db/connection.ts'
import type { Replica } from '#server/db/replica.ts'
import { facilitatorGuideRoutes } from '#server/handouts/facilitator-guides.routes.ts'
import { handoutRoutes } from '#server/handouts/job-aids.routes.ts'
import { afterCareRoutes } from '#server/learning/after-care/after-care.routes.ts'
import { assessmentRoutes } from '#server/learning/assessments.routes.ts'
import { attemptRoutes } from '#server/learning/attempts.routes.ts'
import { coursePageRoutes } from '#server/learning/course.routes.ts'
import { lessonRoutes } from '#server/learning/lessons.routes.ts'
import { offlineRoutes } from '#server/learning/offline.routes.ts'
import { ownMarkRoutes } from '#server/learning/own/own-marks.routes.ts'
import { changesRoutes } from '#server/learning/versions/changes.routes.ts'
import { movingRoutes } from '#server/learning/versions/moving.routes.ts'
import type { Mail } from '#server/lib/mail.ts'
import { deputyRoutes } from '#server/notices/deputies.routes.ts'
import { developmentMailRoutes } from '#server/notices/development.routes.ts'
import { noticeRoutes } from '#server/notices/notices.routes.ts'
import { undeliveredRoutes } from '#server/notices/undelivered.routes.ts'
import { webhookRoutes } from '#server/notices/webhooks/webhooks.routes.ts'
import { licensingRoutes } from '#server/oversight/licensing/licensing.routes.ts'
import { overviewRoutes } from '#server/oversight/licensing/overview.routes.ts'
import { packetRoutes } from '#server/oversight/packets/packet.routes.ts'
import { packetLinkRoutes } from '#server/oversight/packets/packet-links.routes.ts'
import { packetVerificationRoutes } from '#server/oversight/packets/packet-verification.routes.ts'
import { registryRoutes } from '#server/oversight/registry/registry.routes.ts'
import { correctionOrderRoutes } from '#server/oversight/reviews/correction-order.routes.ts'
import { evidenceRoutes } from '#server/oversight/reviews/evidence.routes.ts'
import { licensingReviewRoutes } from '#server/oversight/reviews/review.routes.ts'
import { reviewAnswerRoutes } from '#server/oversight/reviews/review-answers.routes.ts'
import { reviewFindingRoutes } from '#server/oversight/reviews/review-findings.routes.ts'
import { reviewPeopleRoutes } from '#server/oversight/reviews/review-people.routes.ts'
import { reviewShiftRoutes } from '#server/oversight/reviews/review-shifts.routes.ts'
import { keptListRoutes } from '#server/oversight/shifts/kept-list.routes.ts'
import { shiftApiRoutes } from '#server/oversight/shifts/shift-api.routes.ts'
import { shiftRoutes } from '#server/oversight/shifts/shifts.routes.ts'
import { checkedRoutes } from '#server/oversight/team/bulk-changes/checked.routes.ts'
import { checkedChangeRoutes } from '#server/oversight/team/bulk-changes/checked-changes.routes.ts'
import { personRoutes } from '#server/oversight/team/person/person.routes.ts'
import { savedViewRoutes } from '#server/oversight/team/saved-views/saved-views.routes.ts'
import { teamRoutes } from '#server/oversight/team/team.routes.ts'
import { bulkVerificationRoutes } from '#server/oversight/verification/bulk-verification.routes.ts'
import type { AccountMail } from '#server/people/account-emails.ts'
import type { TellOwner } from '#server/people/account-news.ts'
import { dataNoticeRoutes } from '#server/people/data-notices/data-notice.routes.ts'
import { readingSettingsRoutes } from '#server/people/reading/reading-settings.routes.ts'
import type { TellOfRole } from '#server/people/role-news.ts'
import type { DataKey } from '#server/people/sealed-secret.ts'
import type { Sessions } from '#server/people/sessions.ts'
import { accountRoutes } from '#server/people/sign-in/account.routes.ts'
import { forgottenPasswordRoutes } from '#server/people/sign-in/forgotten-password.routes.ts'
import { secondFactorRoutes } from '#server/people/sign-in/second-factor.routes.ts'
import { sentLinkRoutes } from '#server/people/sign-in/sent-links.routes.ts'
import { signInRoutes } from '#server/people/sign-in/sign-in.routes.ts'
import { singleSignOnRoutes } from '#server/people/sign-in/single-sign-on.routes.ts'
import { unsentFormRoutes } from '#server/people/unsent-forms/unsent-forms.routes.ts'
import { mergeRoutes } from '#server/programs/accounts/merges.routes.ts'
import { paperCodeRoutes } from '#server/programs/accounts/paper-codes.routes.ts'
import { accountLifeRoutes } from '#server/programs/accounts/routes.ts'
import type { AfterChange } from '#server/programs/changes.ts'
import { confirmationRoutes } from '#server/programs/confirmations/confirmations.routes.ts'
import { importRoutes } from '#server/programs/imports/imports.routes.ts'
import { connectionRoutes } from '#server/programs/provisioning/connections.routes.ts'
import { scimRoutes } from '#server/programs/provisioning/scim.routes.ts'
import { programRoutes } from '#server/programs/record/program.routes.ts'
import { programRecordRoutes } from '#server/programs/record/program-record.routes.ts'
import { accessRoutes } from '#server/programs/roles/access.routes.ts'
import { roleRoutes } from '#server/programs/roles/roles.routes.ts'
import { assignmentRoutes } from '#server/programs/roster/changes/assignments.routes.ts'
import { periodRoutes } from '#server/programs/roster/changes/periods.routes.ts'
import { rosterRoutes } from '#server/programs/roster/list/roster.routes.ts'
import { linkRoutes } from '#server/programs/roster/sign-in-links/links.routes.ts'
import { apiTokenRoutes } from '#server/standings/api-tokens.routes.ts'
import { clearanceRoutes } from '#server/standings/clearance.routes.ts'
import { clearanceApiRoutes } from '#server/standings/clearance-api.routes.ts'
import { interpretationsRoutes } from '#server/standings/interpretations.routes.ts'
import { myTrainingRoutes } from '#server/training/my-training.routes.ts'
import { outsideRoutes } from '#server/training/outside.routes.ts'
import { outsideTrainingRoutes } from '#server/training/outside-training.routes.ts'
import { pastTrainingRoutes } from '#server/training/past-trainings/past-trainings.routes.ts'
import { programRequirementRoutes } from '#server/training/program-requirements/program-requirements.routes.ts'
import { programTrainingRoutes } from '#server/training/program-requirements/program-trainings.routes.ts'
import { submissionRoutes } from '#server/training/program-requirements/submissions.routes.ts'
import { recordSharingRoutes } from '#server/training/record-sharing.routes.ts'
import { rulesRoutes } from '#server/training/rules.routes.ts'
import { trainingHoursRoutes } from '#server/training/training-hours/training-hours.routes.ts'
import { transcriptRoutes } from '#server/training/transcript.routes.ts'
import type { Assets } from '#server/web/assets.ts'
import type { App } from '#server/web/routes.ts'
import type { Config } from './config.ts'

/** What the features need. Each takes its part. */
export type FeatureNeeds = Readonly<{
  db: Database
  /** Where lists and exports are read. */
  replica: Replica
  catalogue: Catalogue
  /** The courses as they are offered today. */
  offered: FindOffered
  lessonHref: FindLessonHref
  mail: AccountMail
  /** Sends while an administrator who tries it out waits. */
  directMail: Mail
  clock: () => Date
  config: Config
  assets: Assets
  sessions: Sessions
  dataKey: DataKey
  requiresSecondFactor: boolean
  installation: CurrentInstallation
  installationWords: () => readonly string[]
  ownName: () => string | null
  ownLines: () => readonly SupportLine[]
  tellOwner: TellOwner
  tellOfRole: TellOfRole
  afterChange: AfterChange
  /** What a person’s training is good for today, in sentences. */
  countsFor: (personId: string) => Promise<readonly string[]>
}>

/** Every feature's pages and forms. */
export const features: readonly ((app: App, needs: FeatureNeeds) => Promise<void>)[] = [
  // Accounts and sign-in
  signInRoutes,
  sentLinkRoutes,
  forgottenPasswordRoutes,
  unsentFormRoutes,
  singleSignOnRoutes,
  accountRoutes,
  secondFactorRoutes,
  accountLifeRoutes,
  mergeRoutes,
  dataNoticeRoutes,
  readingSettingsRoutes,
  paperCodeRoutes,
  connectionRoutes,
  scimRoutes,
  // Messages
  noticeRoutes,
  undeliveredRoutes,
  deputyRoutes,
  webhookRoutes,
  developmentMailRoutes,
  // Programs and their rosters
  programRoutes,
  programRecordRoutes,
  rosterRoutes,
  assignmentRoutes,
  periodRoutes,
  linkRoutes,
  roleRoutes,
  accessRoutes,
  importRoutes,
  confirmationRoutes,
  // Courses
  courseRoutes,
  recordingRoutes,
  rightNowRoutes,
  resourceRoutes,
  searchRoutes,
  courseReviewRoutes,
  commentRoutes,
  statuteWatchRoutes,
  mistakeRoutes,
  approvalRoutes,
  // Certificates
  certificateRoutes,
  certificateFileRoutes,
  publicationRoutes,
  certificateApiRoutes,
  ledgerRoutes,
  refreshRoutes,
  witnessRoutes,
  certificateRequestRoutes,
  // Learning
  handoutRoutes,
  facilitatorGuideRoutes,
  coursePageRoutes,
  assessmentRoutes,
  lessonRoutes,
  offlineRoutes,
  ownMarkRoutes,
  movingRoutes,
  changesRoutes,
  attemptRoutes,
  afterCareRoutes,
  // Requirements and clearance
  myTrainingRoutes,
  outsideRoutes,
  outsideTrainingRoutes,
  transcriptRoutes,
  programRequirementRoutes,
  programTrainingRoutes,
  submissionRoutes,
  pastTrainingRoutes,
  trainingHoursRoutes,
  recordSharingRoutes,
  clearanceRoutes,
  clearanceApiRoutes,
  apiTokenRoutes,
  rulesRoutes,
  interpretationsRoutes,
  // The classroom
  groupSessionRoutes,
  groupJoiningRoutes,
  ledSessionRoutes,
  organizingRoutes,
  attendanceRoutes,
  scholarshipRoutes,
  calendarRoutes,
  // Supervision and licensing
  teamRoutes,
  personRoutes,
  checkedRoutes,
  savedViewRoutes,
  checkedChangeRoutes,
  keptListRoutes,
  shiftApiRoutes,
  shiftRoutes,
  licensingRoutes,
  overviewRoutes,
  licensingReviewRoutes,
  reviewPeopleRoutes,
  reviewShiftRoutes,
  reviewFindingRoutes,
  reviewAnswerRoutes,
  correctionOrderRoutes,
  evidenceRoutes,
  packetRoutes,
  packetLinkRoutes,
  packetVerificationRoutes,
  bulkVerificationRoutes,
  registryRoutes,
  // Set-up and the console
  setupBootstrapRoutes,
  setupRoutes,
  brandingRoutes,
  consoleHealthRoutes,
  installationRoleRoutes,
  groupRoleRoutes,
  recordOpeningRoutes,
  installationProgramRoutes,
  jobConsoleRoutes,
  mailConsoleRoutes,
  ledgerConsoleRoutes,
  keyConsoleRoutes,
  dataNoticeConsoleRoutes,
  tokenConsoleRoutes,
  storageConsoleRoutes,
  settingsConsoleRoutes,
]
