/** What is to be asked about appointments goes with each exchange that reached the office. */

import { officeTime } from './hour.js';
import { knownOffers, refreshOffers } from './offers.js';
import { settleBookings } from './bookings.js';

const OLD = 6 * 3600_000; // milliseconds after which the hours on offer are asked for again, so that wishes can be made

let isStarted = false;
let turn = /** @type {Promise<unknown>} */ (Promise.resolve());

/** Listen to exchanges. Safe to call twice. @param {boolean} [isLate] whether one may have been over before */
export function startBookingNews(isLate = false) {
  if (isStarted) return;
  isStarted = true;
  document.addEventListener('rantau:exchanged', (event) => {
    if (/** @type {CustomEvent} */ (event).detail.state === 'ok') settleSoon();
  });
  if (isLate) settleSoon();
}

/** One after the other: what was just answered is not asked twice. */
const settleSoon = () => void (turn = turn.then(settle).catch(() => {})); // or with the next one

async function settle() {
  await settleBookings().catch(() => {}); // a hub gives no places, and knows the hours all the same
  const known = await knownOffers();
  if (!known || Math.abs((await officeTime()) - known.at) > OLD) await refreshOffers();
}
