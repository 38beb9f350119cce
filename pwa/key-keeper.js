/**
 * The key of the profile that is open outlives a page, or every link would ask for the passphrase again. It waits in the
 * service worker's memory and never on the disk, for as long as a page says every few seconds that its person is there.
 */

/** @typedef {{id: string, key: CryptoKey, device: string | null, name: string | null}} Held */

const BEAT = 10_000; // milliseconds; a third of what the worker waits
const PATIENCE = 5_000; // milliseconds in which a worker starts on a slow phone

/** @type {ReturnType<typeof setInterval> | undefined} */
let beating;

/** @param {object} message @param {MessagePort[]} [ports] */
const tellWorker = (message, ports = []) => navigator.serviceWorker?.controller?.postMessage(message, ports);

/** Have the key kept from now on. @param {Held} held */
export function holdKey(held) {
  clearInterval(beating);
  const hold = () => tellWorker({ type: 'hold-key', held });
  beating = setInterval(hold, BEAT);
  hold();
}

/** Have the key forgotten; one that another page still holds only if that page is to lose it too. @param {boolean} isHereAlone */
export function dropKey(isHereAlone) {
  clearInterval(beating);
  tellWorker({ type: 'drop-key', isHereAlone });
}

/** Give the key of a profile, if a page held it a moment ago, and hold it here too. @param {string} id @returns {Promise<Held | null>} */
export async function heldKey(id) {
  if (!navigator.serviceWorker?.controller) return null;
  const { port1, port2 } = new MessageChannel();
  /** @type {Promise<Held | null>} */
  const answered = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
  tellWorker({ type: 'held-key' }, [port2]);
  // A worker of an older app does not know the question.
  const held = await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, PATIENCE, null))]);
  if (held?.id !== id) return null;
  holdKey(held);
  return held;
}
