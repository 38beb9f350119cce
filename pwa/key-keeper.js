/**
 * The key of the profile that is open outlives a page, or every link would ask for the passphrase again. It waits in the
 * service worker's memory and never on the disk, for as long as a page says every few seconds that its person is there.
 */

import { shift } from './tabs.js';

/**
 * @typedef {{id: string, key: CryptoKey, device: string | null, name: string | null, n: number}} Held
 *   `n` of the profile's record that it came with
 */

const BEAT = 10_000; // milliseconds; a third of what the worker waits
const LATE = 30_000; // milliseconds after which a page has slept: by the next beat it has locked, or its person is there
const PATIENCE = 5_000; // milliseconds in which a worker starts on a slow phone

/** @type {ReturnType<typeof setInterval> | undefined} */
let beating;

/** @param {object} message @param {MessagePort[]} [ports] */
const tellWorker = (message, ports = []) => navigator.serviceWorker?.controller?.postMessage(message, ports);

/**
 * Have the key kept from now on, until the next lock: a page that slept through it says no more that its person is there.
 * @param {Held} held
 */
export function holdKey(held) {
  clearInterval(beating);
  const since = shift();
  let last = Date.now();
  const hold = () => {
    const isLate = Math.abs(Date.now() - last) > LATE;
    last = Date.now();
    if (shift() !== since) clearInterval(beating);
    else if (!isLate) tellWorker({ type: 'hold-key', held: { ...held, since } });
  };
  beating = setInterval(hold, BEAT);
  hold();
}

/** Have the key forgotten; one that another page still holds only if that page is to lose it too. @param {boolean} isHereAlone */
export function dropKey(isHereAlone) {
  clearInterval(beating);
  tellWorker({ type: 'drop-key', isHereAlone });
}

/**
 * Give the key of a profile, if a page held it a moment ago and nothing was locked or changed since.
 * @param {string} id @param {number} [n] of the profile's record
 * @returns {Promise<Held | null>}
 */
export async function heldKey(id, n) {
  if (!navigator.serviceWorker?.controller) return null;
  const { port1, port2 } = new MessageChannel();
  /** @type {Promise<(Held & {since: string | null}) | null>} */
  const answered = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
  tellWorker({ type: 'held-key' }, [port2]);
  // A worker of an older app does not know the question.
  const held = await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, PATIENCE, null))]);
  return held?.id === id && held.n === n && held.since === shift() ? held : null;
}
