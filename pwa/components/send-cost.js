/** What a send costs before it is paid: kilobytes now and later, how long that takes, and whether the photos may wait. */

import { element } from '../element.js';
import { PER_CHUNK, isSavingData, isSpent, wishes } from '../images/data-use.js';
import { link } from '../images/link-speed.js';
import { PER_FILE, chunkAt } from '../images/uploader.js';
import { CONNECTION } from '../outbox.js';
import { text } from '../text.js';
import { kilobytes } from '../words.js';
import { photosLoad, textLoad, timeOf } from './send-time.js';
import { limitText } from './sending-parts.js';

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

/** Nothing comes to stand above a button that can be pressed: it would move under the finger. @param {HTMLElement} page */
export const mayGrow = (page) => page.querySelector('[data-action=send]:disabled') !== null;

/**
 * Say it on the page of the last look; what is chosen there goes into what was prepared.
 * @param {HTMLElement} page @param {Prepared} prepared
 */
export async function tellCost(page, prepared) {
  const [measured, wished] = [await link(), await wishes()];
  if (!mayGrow(page)) return;
  const { bytes, files } = prepared;
  const cost = costOf(prepared, measured.rate);
  const n = files.length;
  page.querySelector('[data-cost]')?.replaceChildren(
    element('span', { 'data-text': cost.text },
      text('app.sending.cost.text', { size: kilobytes(cost.text) }), timeOf(textLoad(bytes), measured)),
    ...(n ? [element('br'), element('span', { 'data-photos': cost.photos },
      text('app.sending.cost.photos', { n, size: kilobytes(cost.photos) }), timeOf(photosLoad(files, measured.rate), measured))] : []),
    element('br'), element('span', { class: 'quiet' }, text('app.review.cost.connection', { size: kilobytes(CONNECTION) })));
  if (n) page.querySelector('[data-trouble]')?.before(choice(prepared, reasonToWait(wished, cost)));
}

/**
 * Why photos wait although nobody chose so, and whether all of them do.
 * @param {import('../images/data-use.js').Wishes} wished @param {ReturnType<typeof costOf>} cost
 */
function reasonToWait(wished, cost) {
  if (isSavingData()) return { isAll: true, why: text('app.sending.photos.saver') };
  if (isSpent(wished)) return { isAll: true, why: limitText('budget', wished.budget) };
  const isOver = cost.text + cost.photos > wished.left;
  return { isAll: false, why: isOver ? limitText('part', wished.budget) : null };
}

/**
 * What is chosen holds whatever comes; who chooses nothing has the photos go as soon as what stands beside it allows.
 * @param {Prepared} prepared @param {ReturnType<typeof reasonToWait>} reason
 */
function choice(prepared, { isAll, why }) {
  const first = isAll ? 'wait' : 'go';
  /** @param {'go' | 'wait'} value */
  const option = (value) => element('label', { class: 'choice' },
    element('input', { type: 'radio', name: 'photos', value, checked: value === first, change: () => (prepared.photos = value) }),
    ' ', text(`app.sending.choice.${value}`));
  return element('fieldset', { class: 'stack near', 'data-choice': true },
    element('legend', {}, text('app.sending.choice')), why && element('p', {}, why), option('go'), option('wait'));
}
