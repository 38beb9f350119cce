/**
 * Classes that a volunteer held with a guide, noted on this phone by count alone: where, when, how many came. They go to
 * the office with an exchange; each has an id of its own, so that what is brought twice counts once (server/guides/class_notes.py).
 */

import { b32Encode } from './crypto/canonical.js';
import { randomBytes } from './crypto/cipher.js';
import { amend, readAll, remove, write } from './db.js';

/** @typedef {{day: string, place: string, guide: string, count: number}} Held the day as 2026-11-30 */
/** @typedef {Held & {name: string, device: string, at: number, state: string}} Noted `state`: `waiting`, `ok`, or the field that the office refused */

const PREFIX = 'class.'; // in `meta`
const AT_ONCE = 50; // the office takes no more in one exchange

/** @param {string} device @param {Held} held */
export async function noteClass(device, held) {
  await write('meta', { ...held, name: PREFIX + b32Encode(randomBytes(10)), device, at: Date.now(), state: 'waiting' });
  document.dispatchEvent(new CustomEvent('rantau:queued'));
}

/** Forget one: the office refused it, and it is noted anew. @param {Noted} noted */
export const forgetClass = ({ name }) => remove('meta', name);

/** What a device noted, the newest first. @param {string} device @returns {Promise<Noted[]>} */
export const notedBy = async (device) =>
  (await readAll('meta')).filter((row) => row.name.startsWith(PREFIX) && row.device === device)
    .sort((one, other) => other.at - one.at);

/** What an exchange brings: `[id,day,place,guide,count]` each. @param {string} device */
export const unbrought = async (device) => (await notedBy(device)).filter(({ state }) => state === 'waiting').slice(-AT_ONCE)
  .map(({ name, day, place, guide, count }) => [name.slice(PREFIX.length), day, place, guide, count]);

/** Take what the office answered to them. @param {unknown} rows */
export async function settleClasses(rows) {
  for (const row of Array.isArray(rows) ? rows : []) await amend('meta', `${PREFIX}${row?.[0]}`, (noted) => ({ ...noted, state: String(row[1]) }));
}
