/**
 * What makes pages easier: larger letters, a contrast for sunlight, reading aloud. Chosen under *Tampilan* and kept on
 * this device; pwa/main.js shows the choice again before anything else. The office's pages have the first two.
 */

import { StorageError } from './device-errors.js';
import { button, element } from './element.js';
import { KEPT } from './look.js';
import { startReading } from './reading-aloud.js';
import { loadTexts, text } from './text.js';

/** @typedef {(error: any) => void} Unkept */

const SIZES = ['normal', 'large', 'larger'];
const CONTRAST = 'contrast';
const PANEL = 'look';

/** Put the button into the page's corner, and offer to read aloud. */
export async function startComfort() {
  await loadTexts();
  startReading();
  await startLook((error) => {
    throw new StorageError(error.name === 'QuotaExceededError' ? 'full' : 'unavailable', error);
  });
}

/** Put the button that changes the look into the page's corner. @param {Unkept} unkept hears that it holds for this page alone */
export async function startLook(unkept = () => {}) {
  await loadTexts();
  const head = document.querySelector('.masthead > div');
  if (!head || document.getElementById(PANEL)) return;
  const panel = makePanel(unkept);
  const opener = button('Aa', () => {
    panel.hidden = !panel.hidden;
    opener.setAttribute('aria-expanded', String(!panel.hidden));
  }, { class: 'corner no-print', 'aria-expanded': 'false', 'aria-controls': PANEL });
  opener.append(element('span', { class: 'visually-hidden' }, ` ${text('app.look')}`));
  head.append(opener);
  head.after(panel);
}

/** @param {Unkept} unkept */
function makePanel(unkept) {
  const look = chosen();
  const sizes = SIZES.map((size) => choice(`app.look.${size}`, size === look.size,
    { type: 'radio', name: KEPT, change: () => choose({ size }, unkept) }));
  const contrast = choice('app.look.contrast', look.contrast, {
    type: 'checkbox', change: (/** @type {{target: HTMLInputElement}} */ { target }) => choose({ contrast: target.checked }, unkept),
  });
  return element('div', { id: PANEL, class: 'centre notice stack near no-print', hidden: true },
    element('fieldset', { class: 'stack near' }, element('legend', {}, text('app.look.size')), ...sizes), contrast);
}

/** @param {string} key @param {boolean} checked @param {Record<string, any>} attributes */
const choice = (key, checked, attributes) =>
  element('label', { class: 'choice' }, element('input', { ...attributes, checked }), text(key));

/** What is chosen now. */
function chosen() {
  const words = (document.documentElement.dataset.look ?? '').split(' ');
  return { size: SIZES.find((size) => words.includes(size)) ?? 'normal', contrast: words.includes(CONTRAST) };
}

/** @param {{size?: string, contrast?: boolean}} change @param {Unkept} unkept */
function choose(change, unkept) {
  const { size, contrast } = { ...chosen(), ...change };
  const look = [size, contrast ? CONTRAST : ''].join(' ').trim();
  document.documentElement.dataset.look = look;
  try {
    localStorage.setItem(KEPT, look);
  } catch (error) {
    unkept(error);
  }
}
