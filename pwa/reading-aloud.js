/**
 * Reads the page, or one field of a form, aloud with a voice that lies on this phone; where there is none, nothing is
 * offered, and nothing is ever sent away to be spoken.
 */

import { button } from './element.js';
import { language, text } from './text.js';

const PARTS = 'h1, h2, h3, p, li, dt, dd, tr, legend, label';
const SVG = 'http://www.w3.org/2000/svg';
const FIELDS = '[data-field]';

/** The button whose text is being read. @type {HTMLElement | undefined} */
let reading;
/** A page with another title is another page, whatever the address says. */
let title = '';

/** Offer it as soon as there is a voice, also in what comes onto the page later. */
export function startReading() {
  const speech = window.speechSynthesis;
  if (!speech) return;
  speech.addEventListener?.('voiceschanged', offer);
  window.addEventListener('pagehide', hush);
  const main = document.querySelector('main');
  if (main) new MutationObserver(offer).observe(main, { childList: true, subtree: true });
  offer();
}

/** Say no more. */
export function hush() {
  reading?.setAttribute('aria-pressed', 'false');
  reading = undefined;
  speechSynthesis.cancel();
}

/** What a language without voices of its own is read in. */
const spoken = () => document.documentElement.dataset.voice ?? language();

/** Voices come late, and some of them send what they read to their maker. */
const voice = () => speechSynthesis.getVoices().find(({ lang, localService }) => localService && speaks(lang));

/** Android writes `id_ID`, and calls Indonesian by its old name. @param {string} lang */
const speaks = (lang) => lang.toLowerCase().replace(/^in\b|^in_/, 'id-').split(/[-_]/)[0] === spoken();

function offer() {
  const head = document.querySelector('main h1');
  const shown = head?.textContent ?? '';
  if (reading && shown !== title) hush();
  title = shown;
  if (!voice()) return;
  const main = /** @type {HTMLElement} */ (document.querySelector('main'));
  if (head && !main.querySelector('.speak-page')) {
    head.after(speaker(main, text('app.read-aloud'), 'button button-plain speak-page no-print'));
  }
  for (const field of /** @type {NodeListOf<HTMLElement>} */ (main.querySelectorAll(FIELDS))) {
    if (field.querySelector(':scope > .corner')) continue;
    const name = field.querySelector('legend, label, h3')?.firstChild?.textContent?.trim() ?? '';
    field.append(speaker(field, text('app.read-aloud.field', { field: name }), 'corner no-print'));
  }
}

/** @param {HTMLElement} part @param {string} label @param {string} look */
function speaker(part, label, look) {
  const made = button('', () => toggle(made, part), { class: look, 'aria-pressed': 'false' });
  made.append(icon());
  if (look.includes('button')) made.append(label);
  else made.setAttribute('aria-label', label);
  return made;
}

/** A loudspeaker, and a square while it speaks. */
function icon() {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [name, value] of Object.entries({ viewBox: '0 0 24 24', width: 24, height: 24, 'aria-hidden': true })) {
    svg.setAttribute(name, String(value));
  }
  for (const shape of ['M3 9v6h4l5 5V4L7 9zM15.5 8a5 5 0 0 1 0 8M18 5a9 9 0 0 1 0 14', 'M6 6h12v12H6z']) {
    svg.append(document.createElementNS(SVG, 'path'));
    svg.lastElementChild?.setAttribute('d', shape);
  }
  return svg;
}

/** @param {HTMLElement} pressed @param {HTMLElement} part */
function toggle(pressed, part) {
  const wasReading = reading === pressed;
  hush();
  if (wasReading) return;
  reading = pressed;
  pressed.setAttribute('aria-pressed', 'true');
  const words = wordsOf(part);
  // Long speeches are cut by Chrome, so each paragraph is one.
  words.forEach((each, place) => speak(each, pressed, place === words.length - 1));
}

/** What is shown of a part, once each. @param {HTMLElement} part */
function wordsOf(part) {
  const shown = /** @type {HTMLElement[]} */ ([...part.querySelectorAll(PARTS)]).filter((each) => each.getClientRects().length);
  return shown.map((each) => (each.querySelector(PARTS) ? besideParts(each) : each.innerText).trim()).filter(Boolean);
}

/** What stands there beside parts of its own: a paper's name over its photos, a guide that was found over its words. @param {HTMLElement} each */
const besideParts = ({ childNodes }) =>
  [...childNodes].map(({ nodeName, textContent }) => (/^(#text|A)$/.test(nodeName) ? textContent : '')).join('');

/** @param {string} words @param {HTMLElement} by @param {boolean} isLast */
function speak(words, by, isLast) {
  const speech = new SpeechSynthesisUtterance(words);
  Object.assign(speech, { lang: spoken(), voice: voice() ?? null });
  speech.onend = () => {
    window.dispatchEvent(new Event('focus')); // who listens is there (pwa/idle.js)
    if (isLast && reading === by) hush();
  };
  speechSynthesis.speak(speech);
}
