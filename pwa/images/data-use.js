/** What a person said of sending pictures: paused or not, how much a month may cost; and what this month cost so far. */

import { read, transact } from '../db.js';

/** @typedef {import('../outbox.js').Item} Item */
/** @typedef {{isPaused: boolean, budget: number | null}} Wishes budget: bytes of a month, null for any */

const ROW = 'sending';

/** @returns {Promise<Wishes>} */
export async function wishes() {
  const { isPaused = false, budget = null } = (await read('meta', ROW)) ?? {};
  return { isPaused, budget };
}

/** Note a wish; whatever sends hears of it. @param {Partial<Wishes>} changed */
export async function wish(changed) {
  await transact(['meta'], 'readwrite', (store) => {
    const found = store('meta').get(ROW);
    found.onsuccess = () => store('meta').put({ ...found.result, ...changed, name: ROW });
  });
  document.dispatchEvent(new CustomEvent('rantau:queued'));
}

/** Whether the browser was told to save data. */
export const isSavingData = () => Boolean(/** @type {any} */ (navigator).connection?.saveData);

/** Bytes that were sent in the month of `now`, by what is still in the outbox, which holds more than a month. @param {Item[]} items */
export function usedThisMonth(items, now = Date.now()) {
  const month = monthOf(now);
  const texts = items.filter(({ offeredAt }) => offeredAt && monthOf(offeredAt) === month).reduce((sum, { bytes }) => sum + bytes, 0);
  const files = items.flatMap(({ files: each = [] }) => each).filter(({ at }) => at && monthOf(at) === month);
  return files.reduce((sum, { wire }) => sum + wire, texts);
}

/** @param {number} at */
const monthOf = (at) => new Date(at).getFullYear() * 12 + new Date(at).getMonth();

/** Whether the pictures of an item may go now, as far as its person said. @param {Item} item */
export const mayGo = ({ photos }) => photos === 'go' || (photos !== 'wait' && !isSavingData());
