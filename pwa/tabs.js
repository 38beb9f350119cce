/** Several tabs are one app: they tell each other what changed and take turns where one is enough. */

import { amend, transact } from './db.js';

/** @typedef {{draft: string} | {exchanged: any} | {locked: string}} News */

const LEASE = 90_000; // milliseconds after which a tab that took its turn and died is forgotten

/** @type {BroadcastChannel | undefined} */
let channel;

/** @returns {BroadcastChannel | undefined} */
const channelOf = () => ('BroadcastChannel' in globalThis ? (channel ??= new BroadcastChannel('rantau')) : undefined);

/** Tell the other tabs. @param {News} news */
export const tell = (news) => channelOf()?.postMessage(news);

/**
 * Hear what other tabs tell.
 * @param {(news: any) => void} hear
 * @returns {() => void} stops it
 */
export function listen(hear) {
  const on = (/** @type {MessageEvent} */ { data }) => hear(data);
  channelOf()?.addEventListener('message', on);
  return () => channelOf()?.removeEventListener('message', on);
}

/**
 * Do the work unless another tab is at it; undefined then.
 * @template T
 * @param {string} name @param {() => Promise<T>} work
 * @returns {Promise<T | undefined>}
 */
export function exclusively(name, work) {
  if (!navigator.locks) return leased(name, work);
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
}

/**
 * The same for browsers without Web Locks.
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
