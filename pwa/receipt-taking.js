/** What a receipt does to an item of the outbox, whether an exchange brought it or a file: it counts as far as it is signed. */

import { verifyReceipt } from './crypto/receipts.js';
import { amend } from './db.js';

/** @typedef {import('./outbox.js').Item} Item */

/** The row of `meta` in which exchanges note what they know of the server. */
export const MEMORY = 'exchange';

/**
 * Only this empties the outbox. Gives whose receipt it is, or that it is nobody's.
 * @param {Item} item @param {any} receipt @param {import('./crypto/key-list.js').KeyList} keys
 * @returns {Promise<'done' | 'hub' | 'forged'>}
 */
export async function takeReceipt(item, receipt, keys) {
  const verified = await verifyReceipt(receipt, JSON.parse(item.line)[0], keys).catch(() => undefined);
  if (!verified) return 'forged';
  const state = verified.who === 'office' ? 'done' : 'hub';
  const now = Date.now();
  await settle(item.id, { state, receipt, reason: null, offeredAt: now, done: state === 'done' ? now : null });
  return state;
}

/**
 * What the office has a receipt out for stays so, whatever a later answer says.
 * @param {string} id @param {Partial<Item>} changed
 */
export const settle = (id, changed) =>
  amend('outbox', id, (item) => (item.state === 'done' ? undefined : { ...item, ...changed }));
