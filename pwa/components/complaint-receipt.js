/** On the receipt of a complaint: by when it is answered; and of an anonymous one, that its code is shown only here. */

import { element } from '../element.js';
import { loadMore, text } from '../text.js';
import { promiseLine } from './complaint-part.js';

/**
 * @param {HTMLElement} node the receipt @param {import('../outbox.js').Prepared} prepared
 * @param {Record<string, any>} answers
 */
export async function completeReceipt(node, { alone, version }, { kelas }) {
  await loadMore('talk');
  if (alone) {
    // A link would keep in the browser's history what this phone is to forget.
    node.querySelector('.links')?.remove();
    node.querySelector('[data-code]')?.after(element('p', { class: 'notice urgent' }, text('talk.alone.code')));
  }
  if (version.type !== 'complaint') return;
  const now = Date.now() / 1000;
  const lines = [await promiseLine('terkirim', now), await promiseLine(`aduan_${kelas}`, now)].filter((line) => line !== null);
  node.append(...lines, element('p', { class: 'hint' }, text('talk.promise.from')));
}
