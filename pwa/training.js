/**
 * What was finished on this phone, for each profile: it stays here. A volunteer's phone shows a code of it, made of the
 * device, the guide and the day, that the office reads all three from (server/guides/training.py).
 */

import { sha256, utf8 } from './crypto/canonical.js';
import { read, write } from './db.js';
import { today } from './pins.js';
import { OWN, profileInUse } from './vault.js';

/** @typedef {{name: string, guide: string, day: string, device: string | null}} Finished the day as 2026-11-30 */

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 8;
const DAY = 86_400_000; // milliseconds

/** @param {string} guide @returns {Promise<Finished | undefined>} */
export const finished = async (guide) => read('meta', nameOf(await profileInUse(), guide));

/** Note that the profile in use finished a guide's questions today. @param {string} guide @returns {Promise<Finished>} */
export async function finish(guide) {
  const profile = await profileInUse();
  const done = { name: nameOf(profile, guide), guide, day: today(), device: await deviceOf(profile) };
  await write('meta', done);
  return done;
}

/** The code to bring to the office; only a volunteer's device has one. @param {Finished} done */
export async function codeOf({ device, guide, day }) {
  if (!device) return '';
  const digest = await sha256(utf8(`training1\n${device}\n${guide}\n${day}\n`));
  const bits = [...digest.subarray(0, 5)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return Array.from({ length: LENGTH }, (_, at) => ALPHABET[parseInt(bits.slice(at * 5, at * 5 + 5), 2)]).join('');
}

/** The day on which it has to be done again. @param {Finished} done @param {number} days */
export const dueOn = ({ day }, days) => new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);

/** @param {string} profile @param {string} guide */
const nameOf = (profile, guide) => `training.${profile}.${guide}`;

/** Whoever has no profile of a volunteer's has no device either. @param {string} id */
async function deviceOf(id) {
  if (id === OWN) return null;
  const { listProfiles } = await import('./profiles.js');
  return (await listProfiles()).find((profile) => profile.id === id)?.device ?? null;
}
