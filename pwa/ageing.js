/** What leaves the outbox by its age: sealed copies outlive the office's receipt, since a restored office may ask for them. */

import { items, removeWhere } from './outbox.js';
import { vaultAtHand } from './vault.js';

const KEEP = 35 * 86_400_000; // milliseconds that the sealed copy outlives the receipt

/**
 * Drop the sealed copies that were kept long enough, from what a volunteer handed out too: long enough by the office's
 * clock and by ours, of which one may have jumped.
 * @param {number} time what the office says it is now, in seconds
 */
export async function dropOld(time, now = Date.now()) {
  await removeWhere(({ state, done, receipt }) =>
    state === 'done' && now - (done ?? now) > KEEP && (time - receipt[0][6]) * 1000 > KEEP);
  const { device } = await vaultAtHand().catch(() => ({ device: null }));
  if (device) await (await import('./handed-out.js')).dropCopies((await items()).map(({ id }) => id));
}
