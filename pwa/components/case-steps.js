/** Where a case stands, in words: what still has not arrived comes before what the office says of the rest. */

import { MESSAGE } from '../crypto/steps.js';
import { element } from '../element.js';
import { hasText, text } from '../text.js';
import { when } from '../words.js';

/** @typedef {import('./case.js').Opened} Opened */
/** @typedef {import('./case.js').Row} Row */

/**
 * Fill the heading; give what stands below it.
 * @param {HTMLElement} heading @param {Opened} opened @param {Row[]} rows what is in the outbox of this case
 * @param {boolean} hasThread whether messages are shown elsewhere
 */
export function caseSteps(heading, opened, rows, hasThread) {
  const open = rows.filter(({ id, state }) => state !== 'done' && !isMessage(id));
  // Nothing of it has a receipt of the office: then it was not sent, whatever was pressed. The receipt below says more.
  if (open.length && open.length === opened.versions.filter(({ id }) => !isMessage(id)).length && !opened.events.length) {
    heading.textContent = text(`state.${open.at(-1)?.state ?? 'waiting'}`);
    return [];
  }
  heading.textContent = text(`step.${opened.step}`);
  return [
    ...open.map(unsent),
    element('p', {}, text(`step.${opened.step}.means`)),
    ...todo(opened.step),
    element('ol', { class: 'steps', reversed: true }, ...opened.events.toReversed().filter(({ step: name }) => !hasThread || name !== MESSAGE).map(step), sent(opened)),
  ];
}

/** @param {string} id */
export const isMessage = (id) => id.startsWith('msg.');

/** @param {string} step */
const todo = (step) =>
  hasText(`step.${step}.do`) ? [element('p', {}, element('strong', {}, text('app.case.do')), ' ', text(`step.${step}.do`))] : [];

/** @param {Row} row */
function unsent({ state, reason, id }) {
  const params = { reason: reason ? text(hasText(`refused.${reason}`) ? `refused.${reason}` : 'refused.malformed') : '' };
  return element('div', { class: 'notice urgent', 'data-item': id },
    element('p', {}, element('strong', {}, text(`state.${state}`))), element('p', {}, text(`app.receipt.${state}`, params)));
}

/** @param {Opened['events'][number]} event */
const step = ({ step: name, at, note, hasNote }) =>
  element('li', { class: 'stack near' },
    element('p', {}, element('strong', {}, text(`step.${name}`))),
    element('p', { class: 'quiet' }, when(at * 1000)),
    element('p', {}, text(`step.${name}.means`)),
    note ? element('p', { class: 'note' }, note) : null,
    hasNote && !note ? element('p', { class: 'error' }, text('app.case.note-closed')) : null);

/** @param {Opened} opened */
const sent = ({ versions }) =>
  element('li', {},
    element('p', {}, element('strong', {}, text('step.terkirim'))),
    // Of a case that was handed out long ago no version is kept.
    versions.length ? element('p', { class: 'quiet' }, when(Math.min(...versions.map(({ at }) => at)) * 1000)) : null);
