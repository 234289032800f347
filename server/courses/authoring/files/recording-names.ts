/** What every browser of the last years plays, by the file's ending. */
export const recordingKinds: Readonly<Record<string, 'audio' | 'video'>> = {
  mp3: 'audio',
  m4a: 'audio',
  ogg: 'audio',
  wav: 'audio',
  mp4: 'video',
  webm: 'video',
}

export const isRecording = (path: string): boolean =>
  /(^|\/)media\/[^/]+$/.test(path) && endingOf(path) in recordingKinds

export const isCaptions = (path: string): boolean => /(^|\/)media\/[^/]+\.vtt$/.test(path)

/** Captions are beside their recording: talk.mp4 and talk.vtt. */
export const captionsOf = (recording: string): string => recording.replace(/\.\w+$/, '.vtt')

export const endingOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
