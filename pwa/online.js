/** Online is what answered as our server does; a portal of a shop or a carrier answers 200 to anything. */

import { within } from './stopwatch.js';

const PONG = /^rantau ([a-z2-7]{8})\n$/;
const PATIENCE = 20_000; // milliseconds; at 2G a round trip takes one or two seconds

/**
 * Ask the server, ours or the hub of another origin, for a sign of life; gives its public revision, or null.
 * @returns {Promise<string | null>}
 */
export const ping = async (origin = '', patience = PATIENCE) =>
  PONG.exec(await told(`${origin}/ping`, patience).catch(() => ''))?.[1] ?? null;

/** What our server says of itself, unverified. Throws what a network or a portal does. @returns {Promise<any>} */
export const officeNow = async () => JSON.parse(await told('/office.json', PATIENCE));

/** @param {string} url @param {number} patience */
const told = (url, patience) => within(patience, async (signal) =>
  (await fetch(url, { cache: 'no-store', credentials: 'omit', redirect: 'error', signal })).text());
