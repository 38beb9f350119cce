/**
 * When a document should be ready, by how fast the office has been of late. Asked of the office when a case is looked
 * at, and kept for when nothing can be asked; it is about everybody and names nobody.
 */

import { read, write } from './db.js';
import { clockNow, office } from './pins.js';
import { within } from './stopwatch.js';

const PACE = 'pace';
const SOON = 4_000; // milliseconds to wait for the office

/** @typedef {{at: number, count: number, isLate: boolean}} Expected `at` in seconds, from so many cases */

/**
 * @param {string} service @param {string} step @param {number} since when it came to that step, in seconds
 * @returns {Promise<Expected | null>} null where the past does not tell
 */
export async function expected(service, step, since) {
  const found = (await told())?.[service]?.[step];
  if (!found) return null;
  const [seconds, count] = found;
  return { at: since + seconds, count, isLate: since + seconds < clockNow(await office()) };
}

/** @returns {Promise<Record<string, Record<string, [number, number]>> | undefined>} */
async function told() {
  try {
    const pace = await within(SOON, async (signal) => (await fetch('/pace.json', { cache: 'no-store', credentials: 'omit', signal })).json());
    await write('meta', { name: PACE, pace });
    return pace;
  } catch {
    return (await read('meta', PACE))?.pace;
  }
}
