/** What becomes of items that were answered: a refused one is offered again or thrown away, a received one leaves by its age. */

import { amend, transact } from './db.js';
import { filesLeft, items, listOutbox } from './outbox.js';
import { say } from './tabs.js';
import { vaultAtHand } from './vault.js';

/** @typedef {import('./outbox.js').Item} Item */

const DAY = 86_400_000; // milliseconds
const [KEEP, KEEP_FILES] = [35 * DAY, 7 * DAY]; // that a sealed copy outlives the receipt: a restored office may ask for it

/** What the office does not have yet, and since when. */
export async function unsent() {
  const open = (await listOutbox()).filter(({ state }) => state !== 'done');
  return { count: open.length, since: open[0]?.at ?? null, bytes: open.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Whether a hub has pictures of it to bring to the office. @param {Pick<Item, 'files'>} item */
export const isBrought = (item) => filesLeft(item).some(({ way }) => way?.startsWith('hub:'));

/** Offer a refused item again. @param {string} id */
export async function retryItem(id) {
  const fresh = { state: 'waiting', reason: null, tries: 0 };
  await amend('outbox', id, (item) => item.state === 'refused' && { ...item, ...fresh });
  say('queued', id);
}

/** Throw a refused item away; no other can be. @param {string} id @returns {Promise<boolean>} */
export async function dropItem(id) {
  const isDropped = await removeWhere((item) => item.id === id && item.state === 'refused');
  say('stored');
  return isDropped;
}

/**
 * Drop the sealed copies that were kept long enough, from what a volunteer handed out too: long enough by the office's
 * clock and by ours, of which one may have jumped. Pictures go earlier, once the office has said that it holds them.
 * @param {number} time what the office says it is now, in seconds
 */
export async function dropOld(time, now = Date.now()) {
  const isOld = (/** @type {Item} */ { state, receipt }, /** @type {number | null} */ done, /** @type {number} */ keep) =>
    state === 'done' && now - (done ?? now) > keep && (time - receipt[0][6]) * 1000 > keep;
  await removeWhere((item) => isOld(item, item.done, KEEP) && (item.files ?? []).every(({ done, reason }) =>
    reason === 'not-here' || isOld(item, done, KEEP)));
  await dropFiles((item, file) => isOld(item, file.done, KEEP_FILES));
  const { device } = await vaultAtHand().catch(() => ({ device: null }));
  if (device) await (await import('./handed-out.js')).dropCopies((await items()).map(({ id }) => id));
}

/** @param {(item: Item, file: import('./outbox.js').ItemFile) => boolean} isChosen */
async function dropFiles(isChosen) {
  const old = (await items()).flatMap((item) => (item.files ?? []).filter((file) => isChosen(item, file)));
  if (!old.length) return;
  await transact(['files'], 'readwrite', (store) => {
    for (const { id } of old) store('files').delete(id);
  });
}

/** Remove items with their pictures. @param {(item: Item) => boolean} isChosen @returns {Promise<boolean>} whether there was one */
export function removeWhere(isChosen) {
  return transact(['outbox', 'files'], 'readwrite', (store) => {
    let count = 0;
    const all = store('outbox').openCursor();
    all.onsuccess = () => {
      if (!all.result) return;
      if (isChosen(all.result.value)) {
        for (const { id } of all.result.value.files ?? []) store('files').delete(id);
        all.result.delete();
        count += 1;
      }
      all.result.continue();
    };
    return () => count > 0;
  });
}
