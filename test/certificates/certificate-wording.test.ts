import { describe, expect, test } from 'vitest'
import { certificateText } from '#server/certificates/certificates/certificate-wording.ts'
import { sample } from './sample.ts'

const approval = {
  authority: 'the Commissioner of Children, Youth, and Families',
  reference: '2027-01',
  approved_on: '2027-01-15',
  demonstration: false,
}

describe('the text of a certificate', () => {
  test('says whose it is, what was completed and when', () => {
    const text = certificateText(sample)
    expect(text.name).toBe('Ada Northwind')
    expect(text.completion).toBe('has completed, as initial training, all three modules of the course')
    expect(text.details).toContainEqual({ label: 'Completed', value: 'March 31, 2027' })
    expect(text.details).toContainEqual({ label: 'Course length', value: '3.7 hours' })
    expect(text.modules[1]).toEqual({
      label: '2.',
      title: 'Trauma and its effects',
      completed: 'March 24, 2027',
    })
  })

  test('uses the day of issue in Minnesota', () => {
    expect(certificateText(sample).number).toBe('Certificate SH-000123, issued March 31, 2027')
  })

  test('names the law, the version and its content hash', () => {
    const { details } = certificateText(sample)
    expect(details).toContainEqual({ label: 'Law', value: 'Minn. Stat. § 245A.25, subd. 5(f)' })
    expect(details).toContainEqual({ label: 'Course version', value: '1.0.0, content 3f9a 2c41 77b0 19de' })
  })

  test('says that there is no approval if none is recorded', () => {
    expect(certificateText(sample).approval).toEqual([
      'This version of the course has no recorded approval of the commissioner.',
    ])
  })

  test('names the recorded approval', () => {
    expect(certificateText({ ...sample, approval }).approval).toEqual([
      'Approved by the Commissioner of Children, Youth, and Families, reference 2027-01, on January 15, 2027.',
    ])
  })

  test('names the effective date if it differs, and the version that was approved', () => {
    const carried = { ...approval, effective_on: '2027-02-01', carried_from: '1.0.0' }
    const facts = { ...sample, course_version: '1.0.1', approval: carried }
    expect(certificateText(facts).approval).toEqual([
      expect.stringContaining('on January 15, 2027, in effect from February 1, 2027.'),
      'The approval is of version 1.0.0; version 1.0.1 changes wording, not meaning.',
    ])
    const sameDay = { ...sample, approval: { ...approval, effective_on: approval.approved_on } }
    expect(certificateText(sameDay).approval).toEqual(certificateText({ ...sample, approval }).approval)
  })

  test('always marks a demonstration approval', () => {
    const text = certificateText({ ...sample, approval: { ...approval, demonstration: true } })
    expect(text.approval).toContain('Demonstration record: not a real approval.')
  })

  test.each([
    ['annual', 3, 'has completed, as annual training, all three modules of the course'],
    ['course', 3, 'has completed all three modules of the course'],
    ['course', 1, 'has completed the course'],
    ['initial', 0, 'has completed, as initial training, the course'],
  ] as const)('for %s training with %i modules read as a sentence', (kind, count, completion) => {
    expect(certificateText({ ...sample, kind, modules: sample.modules.slice(0, count) }).completion).toBe(
      completion,
    )
  })

  test('leaves out the program if the person had none', () => {
    const labels = certificateText({ ...sample, program: null }).details.map(({ label }) => label)
    expect(labels).toEqual(['Completed', 'Course length', 'Course version', 'Law'])
  })
})
