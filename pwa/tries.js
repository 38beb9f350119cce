/**
 * After five wrong tries each further one waits longer. That slows whoever holds the phone and types; it does not stop a
 * program that has the records, which is what the cost of a try is for. Nothing is ever deleted for it.
 */

import { read, remove, write } from './db.js';

const FREE = 5; // tries
const FIRST = 30_000; // milliseconds of the first wait, doubled by each further try
const LONGEST = 3_600_000;

/** How many milliseconds are left to wait. @param {string} id */
export async function waitFor(id, now = Date.now()) {
  const { count = 0, at = 0 } = (await read('meta', nameOf(id))) ?? {};
  if (count < FREE) return 0;
  const wait = Math.min(FIRST * 2 ** (count - FREE), LONGEST);
  return now < at ? wait : at + wait - now; // the clock was set back
}

/** @param {string} id @param {boolean} isRight */
export async function noteTry(id, isRight, now = Date.now()) {
  const name = nameOf(id);
  if (isRight) return remove('meta', name);
  const { count = 0 } = (await read('meta', name)) ?? {};
  return write('meta', { name, count: count + 1, at: now });
}

/** @param {string} id */
const nameOf = (id) => `tries.${id}`;
