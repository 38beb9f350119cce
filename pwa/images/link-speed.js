/**
 * What this phone's link did lately, so that a wait can be foretold and a chunk be as large as the link bears: the bytes
 * that go up in a second, and how long a request with next to none of them takes.
 */

import { read, write } from '../db.js';

const [SPEED, ROUND_TRIP] = ['link', 'round-trip'];
const FRESH = 86_400_000; // milliseconds that a measurement tells something
const WEIGHT = 0.5; // of the newest: a signal changes with every step
const LEAST = 2_000; // bytes: fewer are on their way no longer than a round trip varies by itself

/** @typedef {{rate: number | null, roundTrip: number | null}} Link bytes a second that go up, and milliseconds */

/** The last exchange that began here. */
let last = { at: 0, bytes: 0 };
/** @type {PerformanceObserver | undefined} */
let observer;

/**
 * Note what signs of life and exchanges show of the link, as the browser tells: without the time of a new connection, and
 * without what else the phone had to do. Safe to call twice.
 */
export function watchLink() {
  if (observer) return;
  observer = new PerformanceObserver((list) => /** @type {PerformanceResourceTiming[]} */ (list.getEntries()).forEach(heard));
  observer.observe({ type: 'resource', buffered: true });
}

/** Say that an exchange begins now. @param {number} bytes of its body */
export function noteExchange(bytes) {
  last = { at: performance.now(), bytes };
  watchLink();
}

/** Of what failed, and of another origin, the browser tells no times. @param {PerformanceResourceTiming} entry */
function heard({ name, startTime, requestStart, responseStart }) {
  const milliseconds = requestStart && responseStart - requestStart;
  if (milliseconds <= 0) return;
  const noted = name.endsWith('/ping') ? note(ROUND_TRIP, milliseconds)
    : name.endsWith('/exchange') && startTime >= last.at && noteSpeed(last.bytes, milliseconds);
  if (noted) noted.catch(() => {}); // it is of no need
}

/**
 * Note that so many bytes went up in so long, a round trip with it.
 * @param {number} bytes @param {number} milliseconds
 */
export async function noteSpeed(bytes, milliseconds, now = Date.now()) {
  if (bytes < LEAST) return;
  await note(SPEED, rateOf({ bytes, milliseconds }, (await known(ROUND_TRIP, now)) ?? 0), now);
}

/**
 * Bytes a second; of the time that a request took at most half was the round trip, whatever that was before.
 * @param {{bytes: number, milliseconds: number}} request @param {number} roundTrip milliseconds
 */
export const rateOf = ({ bytes, milliseconds }, roundTrip) =>
  (bytes * 1000) / Math.max(milliseconds - roundTrip, milliseconds / 2, 1);

/** What was measured lately. @returns {Promise<Link>} */
export const link = async (now = Date.now()) => ({ rate: await known(SPEED, now), roundTrip: await known(ROUND_TRIP, now) });

/** Bytes a second that went up lately. */
export const speed = async () => (await link()).rate;

/** @param {string} name @param {number} measured */
async function note(name, measured, now = Date.now()) {
  const old = await known(name, now);
  await write('meta', { name, measured: old ? old * (1 - WEIGHT) + measured * WEIGHT : measured, at: now });
}

/** @param {string} name @param {number} now @returns {Promise<number | null>} */
async function known(name, now) {
  const row = await read('meta', name);
  return row?.measured && Math.abs(now - row.at) < FRESH ? row.measured : null;
}
