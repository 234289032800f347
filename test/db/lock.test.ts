import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { AlreadyRunning, lockDataFolder } from '#server/db/lock.ts'
import { newFolder, project } from '#test/support/service.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
const aFolder = () => {
  const folder = newFolder()
  folders.push(folder)
  return folder
}

test('a data folder has one holder, who is named to the next, and is free after release', async () => {
  const folder = aFolder()
  const release = await lockDataFolder(folder, 'http://127.0.0.1:3000')
  await expect(lockDataFolder(folder, 'http://127.0.0.1:4000')).rejects.toThrow('at http://127.0.0.1:3000.')
  release()
  ;(await lockDataFolder(folder, 'http://127.0.0.1:4000'))()
})

test('a process with another folder for temporary files sees the lock, and a killed one leaves none', async () => {
  const folder = aFolder()
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', hold(folder)], {
    cwd: project,
    env: { ...process.env, TMPDIR: aFolder() },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => holder.stdout.once('data', resolve))
  await expect(lockDataFolder(folder, 'here')).rejects.toThrow(AlreadyRunning)
  holder.kill('SIGKILL')
  await new Promise((resolve) => holder.once('close', resolve))
  ;(await lockDataFolder(folder, 'here'))()
})

test('a folder with a long name can be locked', async () => {
  const folder = path.join(aFolder(), 'a-long-name'.repeat(9), 'another-long-name'.repeat(9))
  expect(folder.length).toBeGreaterThan(tmpdir().length + 200)
  mkdirSync(folder, { recursive: true })
  const release = await lockDataFolder(folder, 'here')
  await expect(lockDataFolder(folder, 'there')).rejects.toThrow(AlreadyRunning)
  release()
})

const hold = (folder: string) => `
  import { lockDataFolder } from ${JSON.stringify(path.join(project, 'server/db/lock.ts'))}
  await lockDataFolder(${JSON.stringify(folder)}, 'elsewhere')
  console.log('held')
  setInterval(() => {}, 1000)`
