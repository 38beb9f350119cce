/** What is to be asked about appointments goes with each exchange that reached the office. */

import { knownOffers, refreshOffers } from './offers.js';
import { settleBookings } from './bookings.js';

const OLD = 6 * 3600_000; // milliseconds after which the hours on offer are asked for again, so that wishes can be made

/** Listen to exchanges. */
export function startBookingNews() {
  document.addEventListener('rantau:exchanged', (event) => {
    if (/** @type {CustomEvent} */ (event).detail.state === 'ok') void settle().catch(() => {}); // or with the next one
  });
}

async function settle() {
  await settleBookings().catch(() => {}); // a hub gives no places, and knows the hours all the same
  const known = await knownOffers();
  if (!known || Date.now() - known.at > OLD) await refreshOffers();
}
