/**
 * Who answers: the office, or in a village without a connection one of its hubs. Hubs are those that the root-signed list
 * of keys names, each at its name before the office's host; no other is ever asked.
 */

import { RootChangedError } from './device-errors.js';
import { ping } from './online.js';
import { hasMetOther, office, refreshOffice } from './pins.js';
import { TransportError } from './transport.js';

const NEAR = 5_000; // milliseconds; a hub is in the same room

/** Where the last exchange went; the office's own origin is ''. @type {string | null} */
let reached = null;

/**
 * Find out who is there, and by the revision whether what the office publishes is still what we know; give the origin,
 * '' for the office. Who has another root gets nothing; a list of keys that is refused leaves us with the one we have.
 * @returns {Promise<string>}
 */
export async function reach() {
  const known = await office();
  if (reached === '') return reached;
  const revision = await ping();
  reached = revision ? '' : await hubNear(known.keys.keys);
  if (reached === null) throw new TransportError('away');
  if (!revision || (revision === known.public && !(await hasMetOther()))) return reached;
  await refreshOffice().catch((error) => {
    if (error instanceof RootChangedError) throw error;
  });
  return reached;
}

/** Whether somebody answered since the last time that nobody did. */
export const isReached = () => reached !== null;

/** Look again the next time. */
export const lose = () => void (reached = null);

/** @param {import('./crypto/key-list.js').ListedKey[]} keys */
function hubNear(keys) {
  const { protocol, host } = location;
  const asked = keys
    .filter(({ use, state }) => use === 'hub' && state === 'primary')
    .map(({ who }) => `${protocol}//${who.slice(4)}.${host}`)
    .map(async (origin) => ((await ping(origin, NEAR)) ? origin : Promise.reject()));
  return Promise.any(asked).catch(() => null);
}
