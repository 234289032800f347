import { day, type Field, optionsOf, removable } from '#server/programs/roster/employment/roster-fields.ts'
import { type Typed, typedDay } from '#server/programs/typed-form.ts'
import { likelyHolders } from './holder-match.ts'
import { authorityNames, certificationNames, type ProgramFact, statusNames } from './program-forms.ts'
import type { CertificationRow, DetailsRow, StatusRow } from './program-record.queries.ts'

/** The fields of a program fact that applies from a day on. */
export function programFields(fact: ProgramFact, typed: Typed, isLicensed: boolean): readonly Field[] {
  const own =
    fact === 'details'
      ? detailsFields(typed, isLicensed)
      : fact === 'status'
        ? statusFields(typed)
        : certificationFields(typed)
  return [
    ...own,
    day('from_on', 'From', typed),
    day('to_on', 'Until', typed, {
      required: false,
      hint: 'The last day. Leave empty if it has no end date.',
    }),
    ...(fact === 'details'
      ? []
      : [
          day('checked_on', 'Checked on', typed, {
            required: false,
            hint: 'When this was last compared with the licensing record.',
          }),
        ]),
  ]
}

export const correctionOfProgramFields = (
  fact: ProgramFact,
  typed: Typed,
  isLicensed: boolean,
): readonly Field[] => [
  ...programFields(fact, typed, isLicensed),
  ...removable(typed, 'It was recorded by mistake and was never true.'),
]

export const newProgramFields = (typed: Typed, holders: readonly string[]): readonly Field[] => [
  {
    name: 'kind',
    label: 'Kind',
    type: 'radio',
    value: typed.kind ?? 'licensed',
    options: [
      { value: 'licensed', label: 'Licensed program', description: 'One site, with a license number' },
      { value: 'agency', label: 'County or Tribal agency', description: 'Without a license' },
    ],
  },
  {
    name: 'holder',
    label: 'License holder or agency',
    hint: 'Names on record are suggested while you type.',
    value: typed.holder ?? '',
    suggestions: holders,
    autocomplete: 'off',
  },
  ...(typed.holder && !holders.includes(typed.holder) && likelyHolders(typed.holder, holders).length > 0
    ? [
        {
          name: 'holder_is_new',
          label: 'Is this another license holder?',
          type: 'radio' as const,
          value: typed.holder_is_new ?? '',
          options: optionsOf({ no: 'No, I corrected the name above', yes: 'Yes, add it as a new one' }),
        },
      ]
    : []),
  ...detailsFields(typed, 'not-said-yet'),
  day('from_on', 'From', typed),
]

const neededIf = (isLicensed: boolean | 'not-said-yet') =>
  isLicensed === 'not-said-yet'
    ? { required: false, requiredFor: 'a licensed program' }
    : { required: isLicensed }

const detailsFields = (typed: Typed, isLicensed: boolean | 'not-said-yet'): readonly Field[] => [
  { name: 'program_name', label: 'Name of the program', value: typed.program_name ?? '' },
  { name: 'place', label: 'Place', required: false, value: typed.place ?? '' },
  {
    name: 'license_number',
    label: 'License number',
    hint: 'Six or seven digits',
    ...neededIf(isLicensed),
    size: 'small',
    value: typed.license_number ?? '',
  },
  {
    name: 'license_type',
    label: 'License type',
    hint: 'The code, such as CRF',
    required: false,
    size: 'small',
    value: typed.license_type ?? '',
  },
  {
    name: 'licensing_authority',
    label: 'Licensed by',
    type: 'select',
    ...neededIf(isLicensed),
    value: typed.licensing_authority ?? '',
    options: [{ value: '', label: 'No one' }, ...optionsOf(authorityNames)],
  },
]

const statusFields = (typed: Typed): readonly Field[] => [
  {
    name: 'status',
    label: 'Status',
    type: 'radio',
    value: typed.status ?? '',
    options: optionsOf(statusNames),
  },
  {
    name: 'may_operate',
    label: 'May the program operate?',
    type: 'radio',
    value: typed.may_operate ?? '',
    options: optionsOf({ yes: 'Yes', no: 'No' }),
  },
]

const certificationFields = (typed: Typed): readonly Field[] => [
  {
    name: 'type',
    label: 'Certified for',
    type: 'radio',
    value: typed.type ?? '',
    options: optionsOf(certificationNames),
  },
]

/** The recorded values, as the correction form shows them. */
export function typedFact(row: DetailsRow | StatusRow | CertificationRow): Typed {
  const lasting = { seen: row.row_id, from_on: typedDay(row.from_on), to_on: typedDay(row.to_on) }
  if ('name' in row)
    return {
      ...lasting,
      program_name: row.name,
      place: row.place,
      license_number: row.license_number ?? '',
      license_type: row.license_type ?? '',
      licensing_authority: row.licensing_authority ?? '',
    }
  const checked = { ...lasting, checked_on: typedDay(row.checked_on) }
  if ('status' in row) return { ...checked, status: row.status, may_operate: row.may_operate ? 'yes' : 'no' }
  return { ...checked, type: row.type }
}
