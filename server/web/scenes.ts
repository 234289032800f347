/** Courses and moments that have a drawing of their own, in static/images/scenes. */
const drawn = new Set([
  ...['residential-settings', 'child-protection', 'refresher', 'home-before-evening', 'open-door'],
  ...['module-1', 'module-2', 'module-3', 'module-4', 'module-5', 'module-6'],
])
const also: Readonly<Record<string, string>> = { 'residential-refresher': 'refresher' }

/** The file of a harbor scene. What has no drawing of its own gets quiet water. */
export function sceneFile(name: string): string {
  const scene = also[name] ?? name
  return `${drawn.has(scene) ? scene : 'quiet-water'}.svg`
}
