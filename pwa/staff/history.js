/** The steps of a case so far, with their notes opened; a step whose signature is not the office's says so. */

import { element } from '../element.js';

/** @typedef {import('./open-case.js').OpenedEvent} OpenedEvent */
/** @typedef {import('./texts.js').Texts} Texts */

/**
 * Show the steps, the latest first, and before them those under codes that were voided.
 * @param {import('./open-case.js').OpenedCase} opened @param {Texts} texts
 */
export function historyOf({ events, former }, texts) {
  const parts = [...former].reverse().flatMap((one) => [
    element('p', { 'data-former': one.id }, texts.say('staff.history.former', { number: one.number, when: texts.when(one.at) })),
    one.isGenuine ? stepsOf(one.events, texts) : element('p', { class: 'error' }, texts.say('staff.history.forged')),
  ]);
  return element('div', { class: 'stack' }, stepsOf(events, texts), ...parts);
}

/** @param {OpenedEvent[]} events @param {Texts} texts */
function stepsOf(events, texts) {
  if (events.length === 0) return element('p', {}, texts.say('staff.history.none'));
  return element('ol', { class: 'history', reversed: true }, ...events.map((event) => entry(event, texts)).reverse());
}

/** @param {OpenedEvent} event @param {Texts} texts */
function entry(event, texts) {
  return element(
    'li', { value: event.n },
    element('strong', {}, texts.name('step', event.step)), ' ',
    element('time', { datetime: new Date(event.at * 1000).toISOString() }, texts.when(event.at)),
    event.isGenuine ? null : element('p', { class: 'error' }, texts.say('staff.history.forged')),
    noteOf(event, texts),
  );
}

/** @param {OpenedEvent} event @param {Texts} texts */
function noteOf({ note, text }, texts) {
  if (note === null) return null;
  if (text === null) return element('p', { class: 'warning' }, texts.say('staff.history.shut'));
  return element('p', { class: 'note' }, text);
}
