/** Steps without a note, of which an enrolled device is told those of many cases at once: the server signs them together. */

import { OpenError, opening } from './crypto/errors.js';
import { eventId, isEvent } from './crypto/event-reading.js';
import { verify } from './crypto/verify.js';

/** @typedef {import('./crypto/event-reading.js').Event} Event */

/**
 * Give the steps of such a row as events without the office's signature; none where the server did not sign it.
 * @param {any} row [signed array, signature]
 * @param {import('./crypto/key-list.js').KeyList} keys
 * @returns {Promise<Event[]>}
 */
export const stepsOf = (row, keys) =>
  opening(async () => {
    const [[tag, kid, steps], sig] = row;
    const key = keys.find(kid);
    if (tag !== 'steps1' || key?.use !== 'server' || key.state === 'destroyed') throw new OpenError();
    await verify(row[0], sig, key.pub);
    return steps.map(eventOf).filter(isEvent);
  }).catch(() => []);

/** @param {[string, number, string, number]} step @returns {Event} */
const eventOf = ([caseId, n, step, at]) => ({
  _id: eventId(caseId, n), type: 'event', case: caseId, n, step, at, on: [], note: null, kid: 'server', sig: '',
});
