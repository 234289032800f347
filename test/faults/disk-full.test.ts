import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { connect } from '#server/db/connection.ts'
import { runningUrl } from '#server/db/embedded.ts'
import { demoPassword } from '#server/demo/cast.ts'
import { type Service, startService, Visitor } from '#test/support/service.ts'

const rounds = Number(process.env.DISK_ROUNDS ?? 10)
const lesson = '/courses/residential-settings/law-words-role/why-this-training'

// A small disk of its own, which takes root on Linux.
const folder = mkdtempSync(path.join(tmpdir(), 'safe-harbor-full-'))
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600m', 'tmpfs', folder])
let running: Service | undefined
afterAll(async () => {
  running?.process.kill('SIGTERM')
  await running?.ended
  execFileSync('umount', [folder])
  rmSync(folder, { recursive: true, force: true })
})

test('a full disk is told, loses nothing acknowledged, and the service goes on once there is space', {
  timeout: 3_600_000,
}, async () => {
  const settings = { DATA_DIR: folder, TRUSTED_PROXY: '127.0.0.1', SECOND_FACTOR: 'optional' }
  const filler = path.join(folder, 'filler')
  const acknowledged: string[] = []
  const answers: Record<string, number> = {}
  let written = 0
  let stops = 0
  for (let round = 0; round < rounds; round++) {
    const service = await startService(settings)
    running = service
    const ada = new Visitor(service.address)
    await ada.post('/sign-in', { email: 'ada@northstar.example', password: demoPassword })
    const write = async () => {
      const body = `Mistake ${++written} ${'x'.repeat(1500)}`
      const from = { 'x-forwarded-for': `10.${written >> 16}.${(written >> 8) & 255}.${written & 255}` }
      const status = await ada.post(`${lesson}/mistake`, { version: '2.0.0', body }, from).catch(() => 0)
      answers[status] = (answers[status] ?? 0) + 1
      if (status === 303) acknowledged.push(body)
      return status
    }
    for (let n = 0; n < 20; n++) expect(await write()).toBe(303)
    const { bavail, bsize } = statfsSync(folder)
    try {
      writeFileSync(filler, Buffer.alloc(bavail * bsize - 64 * 1024))
    } catch {
      // The service wrote meanwhile: it is full all the same.
    }
    const ready = await ada.get('/readyz').catch(() => null)
    if (ready) expect([ready.status, ready.body]).toEqual([503, expect.stringContaining('MB free')])
    for (let n = 0; n < 400 && service.process.exitCode === null; n++) if ((await write()) !== 303) break
    // PostgreSQL may stop when it can't write its log. The service then ends, and its supervisor starts it again.
    const outcome = await Promise.race([service.ended, new Promise((r) => setTimeout(r, 3000, null))])
    rmSync(filler)
    if (outcome) stops++
    else {
      await expect.poll(write, { timeout: 60_000, interval: 500 }).toBe(303)
      service.process.kill('SIGTERM')
      await service.ended
    }
  }
  const service = await startService(settings)
  running = service
  const { db } = connect(runningUrl(folder), 1)
  const rows = await db.selectFrom('lesson_mistakes').select('body').execute()
  await db.destroy()
  service.process.kill('SIGTERM')
  await service.ended
  const kept = new Set(rows.map(({ body }) => body))
  expect(acknowledged.filter((one) => !kept.has(one))).toEqual([])
  expect(kept.size).toBe(rows.length)
  // Each refusal says why, or came while the database restarted.
  expect(Object.keys(answers).filter((status) => !['303', '503', '0'].includes(status))).toEqual([])
  console.log(
    `${rounds} full disks: ${acknowledged.length} acknowledged, 0 lost, 0 doubled; stopped ${stops} times; answers ${JSON.stringify(answers)}`,
  )
})
