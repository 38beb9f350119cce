/** What a send costs before it is paid: kilobytes now and later, how long that takes, and whether the photos may wait. */

import { element } from '../element.js';
import { isSavingData, usedThisMonth, wishes } from '../images/data-use.js';
import { speed } from '../images/link-speed.js';
import { PER_CHUNK, PER_FILE, chunkAt } from '../images/uploader.js';
import { CONNECTION, items } from '../outbox.js';
import { text } from '../text.js';
import { kilobytes } from '../words.js';

/** @typedef {import('../outbox.js').Prepared} Prepared */

const REQUEST = 560; // bytes of an exchange beside its items

/**
 * The bytes that a send will take, of the text and of the photos, without a new connection.
 * @param {Pick<Prepared, 'bytes' | 'files'>} prepared @param {number | null} rate bytes a second
 */
export const costOf = ({ bytes, files }, rate) => ({
  text: bytes + REQUEST,
  photos: files.reduce((sum, file) => sum + file.bytes.length + PER_FILE + Math.ceil(file.bytes.length / chunkAt(rate)) * PER_CHUNK, 0),
});

/**
 * Say it on the page of the last look; what is chosen there goes into what was prepared.
 * @param {HTMLElement} page @param {Prepared} prepared
 */
export async function tellCost(page, prepared) {
  const [rate, { budget }, known] = [await speed(), await wishes(), await items()];
  const cost = costOf(prepared, rate);
  const isOver = budget !== null && usedThisMonth(known) + cost.text + cost.photos > budget;
  const n = prepared.files.length;
  page.querySelector('[data-cost]')?.replaceChildren(
    element('span', { 'data-text': cost.text }, text('app.sending.cost.text', { size: kilobytes(cost.text) }), took(cost.text + CONNECTION, rate)),
    ...(n ? [element('br'), element('span', { 'data-photos': cost.photos }, text('app.sending.cost.photos', { n, size: kilobytes(cost.photos) }), took(cost.photos, rate))] : []),
    element('br'), element('span', { class: 'quiet' }, text('app.review.cost.connection', { size: kilobytes(CONNECTION) })));
  if (n) page.querySelector('[data-trouble]')?.before(choice(prepared, isOver));
}

/** @param {Prepared} prepared @param {boolean} isOver the month's budget would not bear it */
function choice(prepared, isOver) {
  prepared.photos = isOver || isSavingData() ? 'wait' : 'go';
  const why = isOver ? 'app.sending.photos.budget' : isSavingData() ? 'app.sending.photos.saver' : null;
  /** @param {'go' | 'wait'} value */
  const option = (value) => element('label', { class: 'choice' },
    element('input', { type: 'radio', name: 'photos', value, checked: prepared.photos === value, change: () => (prepared.photos = value) }),
    ' ', text(`app.sending.choice.${value}`));
  return element('fieldset', { class: 'stack near', 'data-choice': true },
    element('legend', {}, text('app.sending.choice')), why && element('p', {}, text(why)), option('go'), option('wait'));
}

/** How long that takes, in words; nothing where nobody knows. @param {number} bytes @param {number | null} rate */
function took(bytes, rate) {
  if (!rate) return '';
  const seconds = Math.ceil(bytes / rate) + 1;
  const time = seconds < 90 ? text('app.sending.seconds', { n: seconds }) : text('app.sending.minutes', { n: Math.ceil(seconds / 60) });
  return ` – ${text('app.sending.cost.time', { time })}`;
}
