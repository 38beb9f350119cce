/** The cases of a phone that has thousands: found newest first by keys alone, read and decrypted a page at a time. */

import { listCases } from './case-list.js';
import { transact } from './db.js';
import { placeOf } from './records.js';
import { OWN, openVault, profileInUse } from './vault.js';

/** @typedef {import('./vault.js').VaultRecord} VaultRecord */

/** Gives how many the profile in use has, those of a page, and those of some cases that are still there. */
export async function manyCases() {
  await openVault().catch(() => {}); // one that stays shut says so with each case
  const profile = await profileInUse();
  const places = await placesOf(profile);
  return {
    count: places.length,
    /** @param {number} from @param {number} to */
    page: (from, to) => listCases(() => rowsAt(places.slice(from, to))),
    /** @param {string[]} ids */
    named: (ids) => listCases(() => rowsAt([...new Set(ids)].map((id) => placeOf(profile, id)))),
  };
}

/** A place tells whose it is, and whether it was set aside. @param {string} profile @returns {Promise<string[]>} */
async function placesOf(profile) {
  const all = await transact(['cases'], 'readonly', (store) => {
    const found = store('cases').index('at').getAllKeys();
    return () => /** @type {string[]} */ (found.result);
  });
  const isOwn = (/** @type {string} */ place) => (profile === OWN ? !place.includes('.') : place.startsWith(`${profile}.`));
  return all.filter((place) => isOwn(place) && !place.includes('~')).reverse();
}

/** @param {string[]} places @returns {Promise<VaultRecord[]>} */
function rowsAt(places) {
  return transact(['cases'], 'readonly', (store) => {
    const found = places.map((place) => store('cases').get(place));
    return () => found.map(({ result }) => result).filter(Boolean);
  });
}
