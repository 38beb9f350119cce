/**
 * After five wrong tries each further one waits longer. That slows whoever holds the phone and types; it does not stop a
 * program that has the records, which is what the cost of a try is for. Nothing is ever deleted for it.
 */

import { amend, remove, transact } from './db.js';
import { VaultError } from './device-errors.js';

const FREE = 5; // tries
const FIRST = 30_000; // milliseconds of the first wait, doubled by each further try
const LONGEST = 3_600_000;

/** It is too early for another try. */
export class WaitError extends Error {
  name = 'WaitError';

  /** @param {number} seconds that are left */
  constructor(seconds) {
    super(String(seconds));
    this.seconds = seconds;
  }
}

/**
 * Make one try; throws a `WaitError` when it is too early. It is counted before it is made: several at once, or an app
 * that is ended in the middle, get none for nothing.
 * @template T
 * @param {string} id what is tried @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function oneTry(id, work, now = Date.now()) {
  const name = triesOf(id);
  const wait = await begin(name, now);
  if (wait > 0) throw new WaitError(Math.ceil(wait / 1000));
  try {
    const made = await work();
    await remove('meta', name);
    return made;
  } catch (error) {
    const isWrong = error instanceof VaultError && error.reason === 'wrong-passphrase';
    if (!isWrong) await amend('meta', name, (row) => ({ ...row, count: row.count - 1 }));
    throw error;
  }
}

/** The row of `meta` in which they are counted. @param {string} id */
export const triesOf = (id) => `tries.${id}`;

/** Count a try, or give the milliseconds that are left to wait. @param {string} name @param {number} now */
function begin(name, now) {
  return transact(['meta'], 'readwrite', (store) => {
    const found = store('meta').get(name);
    let wait = 0;
    found.onsuccess = () => {
      const { count = 0, at = 0 } = found.result ?? {};
      wait = count < FREE ? 0 : left(Math.min(FIRST * 2 ** (count - FREE), LONGEST), at, now);
      if (wait <= 0) store('meta').put({ name, count: count + 1, at: now });
    };
    return () => wait;
  });
}

/** @param {number} wait @param {number} at @param {number} now */
const left = (wait, at, now) => (now < at ? wait : at + wait - now); // the clock was set back
