/** States, times and sizes as people read them. */

import { element } from './element.js';
import { language, text } from './text.js';

/** @param {string} state of an item of the outbox */
export const stateBadge = (state) => element('strong', { class: 'badge', 'data-state': state }, text(`state.${state}`));

/** A moment: today's by its hour alone. @param {number} at in milliseconds */
export function when(at, now = Date.now()) {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  if (isToday) return text('app.when.today', { time: clock(at) });
  return once('when', () => new Intl.DateTimeFormat([language(), 'id'], { dateStyle: 'medium', timeStyle: 'short' })).format(at);
}

/** What writes in the page's language; a long list would wait for one to be made for each row. @type {Map<string, any>} */
const made = new Map();

/** @template T @param {string} name @param {() => T} make @returns {T} */
function once(name, make) {
  const key = `${name} ${language()}`;
  if (!made.has(key)) made.set(key, make());
  return made.get(key);
}

/** The hour as it is written here, of 24; `Intl` takes a slow phone fifty milliseconds at its start. @param {number} at */
export const clock = (at) => new Date(at).toTimeString().slice(0, 5).replace(':', language() === 'en' ? ':' : '.');

/** A size in kilobytes, never less than is sent. @param {number} bytes */
export function kilobytes(bytes) {
  const tenths = Math.ceil(bytes / 102.4);
  const shown = tenths < 100 ? tenths / 10 : Math.ceil(tenths / 10);
  return `${once('number', () => new Intl.NumberFormat([language(), 'id'])).format(shown)} KB`;
}
