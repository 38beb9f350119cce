/** The hours on offer as the office last told them, which may be a while ago. */

import { read, write } from '../db.js';

/**
 * @typedef {{id: string, kind: string, place: string, area?: string, begins: number, ends: number, draws?: number,
 *   closed?: number, left?: number, priority?: number}} Offer times in seconds; `left` for anybody, `priority` beside
 *   these, and neither where a hub told of it, which does not know
 */
/** @typedef {{offers: Offer[], zone: string, at: number}} Offers `at`: when the office said so, in milliseconds */

const NAME = 'offers'; // in `meta`

/** What was told last, without what has begun since. @returns {Promise<Offers | null>} */
export async function knownOffers(now = Date.now()) {
  const known = await read('meta', NAME);
  return known ? { ...known, offers: known.offers.filter((/** @type {Offer} */ { begins }) => begins * 1000 > now) } : null;
}

/** Ask the office, or a hub near by, and keep what it says; gives what is known then. @returns {Promise<Offers | null>} */
export async function refreshOffers() {
  const answer = await ask('').catch(async () => ask(await (await import('../contact.js')).reach())).catch(() => null);
  const told = answer?.ok ? await answer.json().catch(() => null) : null;
  if (Array.isArray(told?.offers)) await write('meta', { name: NAME, offers: told.offers, zone: told.zone, at: Date.now() });
  return knownOffers();
}

/** @param {string} at the office's own origin is empty */
const ask = (at) => fetch(`${at}/offers.json`, { credentials: 'omit' });
