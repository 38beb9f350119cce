/** A QR code as SVG; the encoder comes from outside, the drawing is ours. */

import { generate } from '../vendor/lean-qr/nano.js';

const SVG = 'http://www.w3.org/2000/svg';
const QUIET = 4; // modules of white around it, which readers need

/** Draw a text; `label` says in words what the picture holds. @param {string} content @param {string} label */
export function qrSvg(content, label) {
  const code = generate(content);
  const side = code.size + 2 * QUIET;
  const svg = make('svg', { class: 'qr', viewBox: `0 0 ${side} ${side}`, role: 'img', 'aria-label': label });
  svg.append(
    make('path', { fill: '#fff', d: `M0 0h${side}v${side}H0z` }),
    make('path', { fill: '#000', 'shape-rendering': 'crispEdges', d: modules(code) }),
  );
  return svg;
}

/** The dark modules as one path of runs. @param {{size: number, get(x: number, y: number): boolean}} code */
export function modules({ size, get }) {
  let path = '';
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const from = x;
      while (get(x, y)) x += 1;
      if (x > from) path += `M${from + QUIET} ${y + QUIET}h${x - from}v1h${from - x}z`;
    }
  }
  return path;
}

/** @param {string} tag @param {Record<string, string>} attributes */
function make(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
