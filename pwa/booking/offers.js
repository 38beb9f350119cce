/** The hours on offer as the office last told them, which may be a while ago. */

import { read, write } from '../db.js';
import { within } from '../stopwatch.js';
import { earliest, officeTime } from './hour.js';

/**
 * @typedef {{id: string, kind: string, place: string, area?: string, begins: number, ends: number, draws?: number,
 *   closed?: number, left?: number, priority?: number}} Offer times in seconds; `left` for anybody, `priority` beside
 *   these, and neither where a hub told of it, which does not know
 */
/**
 * @typedef {{offers: Offer[], zone: string, at: number}} Offers `at`: when the office said what is left, or, where nobody
 *   knows that, when a hub heard which hours there are; in milliseconds
 */

const NAME = 'offers'; // in `meta`
const QUIET = 30_000; // milliseconds without an answer after which nobody is there

/** What was told last, without what has begun since. @returns {Promise<Offers | null>} */
export async function knownOffers() {
  const [known, now] = [await read('meta', NAME), await earliest()];
  return known ? { ...known, offers: known.offers.filter((/** @type {Offer} */ { begins }) => begins * 1000 > now) } : null;
}

/** Ask the office, or a hub near by, and keep what it says; gives what is known then. @returns {Promise<Offers | null>} */
export async function refreshOffers() {
  const told = await ask('').catch(async () => ask(await (await import('../contact.js')).reach())).catch(() => null);
  if (Array.isArray(told?.offers)) await keep(told).catch(() => {}); // what was told before stands
  return knownOffers();
}

/**
 * A hub's copy has an age and says nothing of what is left: what the office said since, and what it said of that, stays.
 * @param {{offers: Offer[], zone: string, time: number, copied?: number}} told
 */
async function keep({ offers, zone, time, copied }) {
  const [known, now] = [await read('meta', NAME), await officeTime()];
  const at = copied === undefined ? time * 1000 : now - (time - copied) * 1000;
  if (known?.at > at && known.at <= now) return; // of a day to come it was noted by a clock that was wrong
  const before = new Map(known?.offers.map((/** @type {Offer} */ offer) => [offer.id, offer]));
  const merged = offers.map((offer) => (isCounted(offer) ? offer : { ...before.get(offer.id), ...offer }));
  await write('meta', { name: NAME, offers: merged, zone, at: merged.some(isCounted) && !offers.some(isCounted) ? known.at : at });
}

/** Whether the office said how many places are left. @param {Offer} offer */
export const isCounted = ({ left }) => left !== undefined;

/** @param {string} at the office's own origin is empty */
const ask = (at) => within(QUIET, async (signal) => {
  const answer = await fetch(`${at}/offers.json`, { credentials: 'omit', signal });
  return answer.ok ? answer.json().catch(() => null) : null;
});
