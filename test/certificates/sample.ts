import type { CertificateFacts } from '#server/certificates/facts.ts'

export const sample: CertificateFacts = {
  person_name: 'Ada Northwind',
  course_title: 'Safe Harbor and No Wrong Door: working with sexually exploited youth',
  course_version: '1.0.0',
  course_hash: '3f9a2c4177b019de'.repeat(4),
  statute: 'Minn. Stat. § 245A.25, subd. 5(f)',
  modules: [
    { number: 1, title: 'Understanding sexual exploitation and trafficking', completed_on: '2027-03-20' },
    { number: 2, title: 'Trauma and its effects', completed_on: '2027-03-24' },
    { number: 3, title: 'Serving youth with dignity and without judgment', completed_on: '2027-03-31' },
  ],
  hours: 3.7,
  kind: 'initial',
  completed_at: '2027-04-01T03:30:00.000Z',
  completed_on: '2027-03-31',
  issued_at: '2027-04-01T03:30:00.000Z',
  approval: null,
  program: {
    name: 'North Star House',
    license_number: '9900001',
    license_type: 'CRF',
    holder: 'North Star Youth Services',
  },
  certificate_number: 'SH-000123',
  token: 'abcdefghijklmnopqrstuvwx27',
  verify_url: 'https://training.example.org/verify/abcdefghijklmnopqrstuvwx27',
  issuer_name: 'Safe Harbor Training',
  note: '',
}
