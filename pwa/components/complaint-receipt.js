/**
 * On the receipt of a complaint: by when it is answered; and of an anonymous one, that its code is shown only here, and
 * that it has not gone yet where it waits to be linked with nothing else.
 */

import { waitsApart } from '../apart.js';
import { element } from '../element.js';
import { clockNow, office } from '../pins.js';
import { loadMore, text } from '../text.js';
import { promiseLine } from './complaint-part.js';

/**
 * @param {HTMLElement} node the receipt @param {import('../outbox.js').Prepared} prepared
 * @param {Record<string, any>} answers
 */
export async function completeReceipt(node, { alone, version }, { kelas }) {
  await loadMore('talk');
  if (alone) {
    await sayWhetherItWaits(node, version._id.split('.')[1]);
    // A link would keep in the browser's history what this phone is to forget.
    node.querySelector('.links')?.remove();
    node.querySelector('[data-code]')?.after(element('p', { class: 'notice urgent' }, text('talk.alone.code')));
  }
  if (version.type !== 'complaint') return;
  const now = clockNow(await office());
  const lines = [await promiseLine('terkirim', now), await promiseLine(`aduan_${kelas}`, now)].filter((line) => line !== null);
  node.append(...lines, element('p', { class: 'hint' }, text('talk.promise.from')));
}

/** @param {HTMLElement} node @param {string} caseId */
async function sayWhetherItWaits(node, caseId) {
  const notice = element('p', { class: 'notice', 'data-apart': true, role: 'status' });
  const look = async () => {
    const waits = await waitsApart(caseId);
    notice.textContent = waits ? text('talk.alone.waits') : '';
    notice.hidden = !waits;
  };
  node.querySelector('[data-standing]')?.after(notice);
  document.addEventListener('rantau:exchanged', () => void look());
  await look();
}
