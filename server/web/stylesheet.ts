import path from 'node:path'
import postcss, { type Declaration, type Root } from 'postcss'
import { compile, compileString, Logger } from 'sass'

/**
 * The Web Design System calculates colors at compile time, so it can't take custom properties. It is compiled
 * with its own colors. Each is then replaced by our role for it: [for text, for anything else].
 */
const roles: Record<string, readonly [text: string, other: string]> = {
  white: ['on-primary', 'card'],
  black: ['ink', 'ink'],
  '#1b1b1b': ['ink', 'ink'],
  '#3d4551': ['quiet', 'quiet'],
  '#565c65': ['quiet', 'edge'],
  '#71767a': ['quiet', 'edge'],
  '#a9aeb1': ['quiet', 'line'],
  '#dfe1e2': ['quiet', 'line'],
  '#e6e6e6': ['quiet', 'line'],
  '#f0f0f0': ['quiet', 'sunken'],
  'rgba(27, 27, 27, 0.2)': ['quiet', 'line'],
  '#005ea2': ['link', 'primary'],
  '#1a4480': ['link-hover', 'primary-hover'],
  '#162e51': ['link-hover', 'primary-active'],
  '#54278f': ['link-visited', 'link-visited'],
  'rgba(0, 94, 162, 0.1)': ['link', 'primary-soft'],
  '#00bde3': ['link', 'primary'],
  '#e7f6f8': ['link', 'primary-soft'],
  '#97d4ea': ['link', 'edge'],
  '#2491ff': ['focus', 'focus'],
  '#454545': ['on-disabled', 'on-disabled'],
  '#757575': ['on-disabled', 'on-disabled'],
  '#919191': ['on-disabled', 'on-disabled'],
  '#c9c9c9': ['on-disabled', 'disabled'],
  '#b50909': ['stop', 'stop'],
  '#d54309': ['stop', 'stop'],
  '#d83933': ['stop', 'stop'],
  '#8b0a03': ['stop', 'stop'],
  '#f4e3db': ['stop', 'stop-soft'],
  '#00a91c': ['good', 'good'],
  '#ecf3ec': ['good', 'good-soft'],
  '#ffbe2e': ['caution', 'caution'],
  '#faf3d1': ['caution', 'caution-soft'],
}

/** Variants of the Web Design System's components that no page uses. */
const unused = [
  /accent-(?:cool|warm)|--secondary|--base|--inverse|--reverse|dark-background|emergency/,
  /usa-button--(?:hover|active|disabled|outline-inverse)|usa-label--error|usa-focus|usa-checklist|usa-skipnav__container/,
  /usa-(?:radio|checkbox)__image|indeterminate|usa-(?:input|select|textarea)--success|usa-form-group--success/,
  /usa-alert--(?:slim|no-icon|validation)/,
  /usa-(?:icon|prose|link|list|form|input-list)(?![\w-])|usa-icon--|usa-(?:hint|label)--required|usa-legend--large/,
  /usa-input--(?:2?xs|sm|md|lg|2?xl)\b|usa-alert__heading/,
]

const color = /#[0-9a-f]{3,8}\b|rgba?\([^)]*\)|(?<![\w-])(?:white|black)(?![\w-])/gi

/** Compiles one Sass file. Each `url("@…")` is left as written, for the build to resolve. */
export function compileStylesheet(entry: string, modules: string): string {
  const { css } = compile(entry, {
    loadPaths: [path.join(modules, '@uswds/uswds/packages')],
    charset: false,
    logger: Logger.silent,
  })
  const root = postcss.parse(css)
  dropUnused(root)
  putRolesInPlace(root)
  return compileString(root.toString(), { syntax: 'css', style: 'compressed', charset: false }).css
}

function dropUnused(root: Root): void {
  root.walkRules((rule) => {
    const kept = rule.selectors.filter((selector) => !unused.some((form) => form.test(selector)))
    if (kept.length === 0) rule.remove()
    else if (kept.length < rule.selectors.length) rule.selectors = kept
  })
  root.walkAtRules((atRule) => {
    if (atRule.nodes?.length === 0) atRule.remove()
  })
}

function putRolesInPlace(root: Root): void {
  const declared = new Set<string>()
  root.walkDecls(/^--/, (declaration) => {
    declared.add(declaration.prop.slice(2))
  })
  const unmappedColors = new Set<string>()
  root.walkDecls((declaration) => {
    if (declaration.prop.startsWith('--')) return
    declaration.value = declaration.value.replace(color, (literal) => {
      const role = roles[literal.toLowerCase()]?.[isTextColour(declaration) ? 0 : 1]
      if (!role || !declared.has(role)) unmappedColors.add(`${declaration.prop}: ${literal}`)
      return `var(--${role})`
    })
  })
  if (unmappedColors.size > 0) throw new Error(`Colors without a role: ${[...unmappedColors].join(', ')}.`)
}

const isTextColour = ({ prop }: Declaration) => prop === 'color' || prop.endsWith('-text-fill-color')
