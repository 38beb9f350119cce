/** What this phone's link carried lately, so that a wait can be foretold and a chunk be as large as the link bears. */

import { read, write } from '../db.js';

const ROW = 'link';
const FRESH = 86_400_000; // milliseconds that a measurement tells something
const WEIGHT = 0.5; // of the newest: a signal changes with every step

/**
 * Note that so many bytes went up in so long.
 * @param {number} bytes @param {number} milliseconds
 */
export async function noteSpeed(bytes, milliseconds, now = Date.now()) {
  const rate = (bytes * 1000) / Math.max(milliseconds, 1);
  const old = await rateOf(now);
  await write('meta', { name: ROW, rate: old ? old * (1 - WEIGHT) + rate * WEIGHT : rate, at: now });
}

/** Bytes a second that went up lately; else what the browser believes, else null. @returns {Promise<number | null>} */
export async function speed(now = Date.now()) {
  const { downlink } = /** @type {any} */ (navigator).connection ?? {};
  return (await rateOf(now)) ?? (downlink ? downlink * 125_000 : null); // from megabits
}

/** @param {number} now */
async function rateOf(now) {
  const row = await read('meta', ROW);
  return row && Math.abs(now - row.at) < FRESH ? row.rate : null;
}
