import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const css = readFileSync(new URL('../../../pwa/css/tokens.css', import.meta.url), 'utf8');
const [light, dark] = [css.slice(0, css.indexOf('@media')), css.slice(css.indexOf('prefers-color-scheme'), css.indexOf('prefers-contrast'))];

/** Words, and the grounds that they stand on; a phone in the sun shows half of any contrast. */
const PAIRS = [
  ['ink', 'paper'], ['ink', 'sunk'], ['ink', 'warn-ground'], ['soft', 'paper'], ['soft', 'sunk'],
  ['accent', 'paper'], ['accent', 'sunk'], ['accent', 'warn-ground'], ['accent-ink', 'accent'], ['good', 'paper'],
  ['warn', 'paper'], ['warn', 'warn-ground'], ['bad', 'paper'],
];

const colours = (scheme) => Object.fromEntries([...scheme.matchAll(/--([\w-]+): (#[0-9a-f]{3,6})/g)].map(([, name, hex]) => [name, hex]));

function luminance(hex) {
  const full = hex.length === 4 ? hex.replace(/[0-9a-f]/g, '$&$&') : hex;
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(full.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.2, contrast ratio. */
function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

for (const [scheme, found] of [['light', colours(light)], ['dark', { ...colours(light), ...colours(dark) }]]) {
  test(`words keep seven to one in the ${scheme} scheme`, () => {
    const faint = PAIRS.filter(([words, ground]) => contrast(found[words], found[ground]) < 7);
    assert.deepEqual(faint, []);
  });
  test(`what is filled in has an edge of three to one in the ${scheme} scheme`, () => {
    assert.ok(contrast(found.line, found.paper) >= 3);
  });
}
