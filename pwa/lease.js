/** Taking turns between tabs in browsers without Web Locks: whoever holds the lease renews it; a dead one's runs out. */

import { amend, transact } from './db.js';

const LEASE = 90_000; // milliseconds after which a tab that took its turn and died is forgotten

/**
 * Do the work unless another tab is at it; undefined then.
 * @template T
 * @param {string} name @param {() => Promise<T>} work
 * @returns {Promise<T | undefined>}
 */
export async function leased(name, work) {
  const by = Math.random();
  if (!(await takeLease(name, by))) return undefined;
  // A tab that slept through its lease leaves the next one's alone.
  const hold = (/** @type {number} */ until) => amend('meta', name, (row) => (row.by === by ? { ...row, until } : undefined));
  const beat = setInterval(() => hold(Date.now() + LEASE).catch(() => {}), LEASE / 3);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await hold(0).catch(() => {}); // it ends by itself
  }
}

/** @param {string} name @param {number} by @returns {Promise<boolean>} */
function takeLease(name, by) {
  return transact(['meta'], 'readwrite', (store) => {
    const found = store('meta').get(name);
    let isFree = false;
    found.onsuccess = () => {
      const left = (found.result?.until ?? 0) - Date.now();
      isFree = left <= 0 || left > LEASE; // more than a lease is left only after the clock was set back
      if (isFree) store('meta').put({ name, by, until: Date.now() + LEASE });
    };
    return () => isFree;
  });
}
