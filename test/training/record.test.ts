import { expect, test } from 'vitest'
import { readPaper } from '#test/handouts/paper-reading.ts'
import { faultsOf } from '#test/paper/pdf-rules.ts'
import { aWorld } from '#test/support/app.ts'

test('the transcript lists what was completed, and the calendar file has the due date', async () => {
  const world = await aWorld()
  const mai = await world.as('mai@northstar.example')
  const file = await mai.get('/transcript.pdf')
  expect(file.headers['content-type']).toBe('application/pdf')
  expect(faultsOf(file.rawPayload)).toEqual([])
  const { letters, roles, isTagged, title } = await readPaper(file.rawPayload)
  expect(isTagged).toBe(true)
  expect(title).toBe('Training transcript of Mai Vang')
  expect(letters).toContain('Coursescompletedhere')
  expect(letters).toMatch(/SH-\d+/)
  expect(roles).toContain('Table')
  const calendar = await mai.get('/calendar/due-dates.ics')
  expect(calendar.body).toMatch(/DTSTART;VALUE=DATE:\d{8}/)
  expect(calendar.body).not.toContain('Mai')
})
