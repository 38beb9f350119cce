/**
 * Sending what nothing may link with anything else of this phone: each item in an exchange of its own, which names no
 * device and asks of no case, and at a distance from what else is sent (pwa/apart.js). Once the office has it, nothing of
 * it stays here.
 */

import { removeWhere } from './answered.js';
import { spend } from './images/data-use.js';
import { filesLeft, isDue, items } from './outbox.js';
import { office } from './pins.js';
import { settle, takeReceipt } from './receipt-taking.js';
import { isAway, post } from './transport.js';

/** @typedef {import('./outbox.js').Item} Item */

/**
 * Offer what is due, one after the other. Throws a `TransportError`; what was answered before it counts.
 * @param {Pick<import('./exchange.js').Result, 'done' | 'hub' | 'kept' | 'refused' | 'forged'>} result
 * @param {string} origin of a hub; the office's own is empty @param {AbortSignal} [signal]
 */
export async function sendAlone(result, origin, signal) {
  const apart = await import('./apart.js').catch(() => null); // or the next time
  try {
    for (const item of apart ? await items() : []) {
      if (!item.alone || !isDue(item) || (origin && item.state === 'hub')) continue;
      const notBefore = await apart?.heldUntil(item);
      if (notBefore) await settle(item.id, { notBefore });
      else await offer(item, result, origin, signal);
    }
  } finally {
    await forgetSent();
  }
}

/** Take off this phone what the office has whole, its pictures too. */
export const forgetSent = () => removeWhere((item) => Boolean(item.alone) && item.state === 'done' && !filesLeft(item).length);

/** @param {Item} item @param {Parameters<typeof sendAlone>[0]} result @param {string} origin @param {AbortSignal} [signal] */
async function offer(item, result, origin, signal) {
  const { keys } = await office();
  await spend(item.bytes);
  try {
    for await (const row of post([JSON.stringify({ v: 1 }), item.line], signal, origin)) {
      const [id, what, detail] = Array.isArray(row) ? row : [];
      if ((id ?? item.id) !== item.id) continue;
      if (what === 'ok') result[await takeReceipt(item, detail, keys)].push(item.id);
      else if (what === 'kept' && (await settle(item.id, { state: 'kept', offeredAt: Date.now() }))) result.kept.push(item.id);
      else if (what === 'refused' && !origin) await refuse(item, detail, result);
    }
  } catch (error) {
    if (isAway(error)) await spend(-item.bytes);
    throw error;
  }
}

/** @param {Item} item @param {unknown} reason @param {Parameters<typeof sendAlone>[0]} result */
async function refuse({ id }, reason, { refused }) {
  const typed = typeof reason === 'string' && /^[a-z-]{1,32}$/.test(reason) ? reason : 'malformed';
  await settle(id, { state: 'refused', reason: typed, offeredAt: Date.now() });
  refused.push([id, typed]);
}
