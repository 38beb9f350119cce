/** What an enrolled device asks in an exchange, and where its reading goes on. It is told why when it reads no more. */

import { settleClasses, unbrought } from './classes.js';
import { noteDevice, readDevice, signAuth } from './device-key.js';
import { office } from './pins.js';
import { vaultAtHand } from './vault.js';

/** @typedef {import('./device-key.js').Device} Device */

/** The reading of one device within one exchange. */
export class DeviceReading {
  #hasTriedAgain = false;
  /** @type {string | undefined} */
  #place;

  /** @param {Device} device */
  constructor(device) {
    this.device = device;
  }

  /** The members that the first line of a request has for it. */
  async hello() {
    const { skew } = await office();
    const auth = await signAuth(this.device, Math.floor(Date.now() / 1000) + skew);
    const classes = await unbrought(this.device.device);
    return { auth, since: this.device.since, ...(classes.length && { classes }) };
  }

  /**
   * Take what the head says; gives whether to ask once more, now that the office's time is known.
   * @param {{reading?: any, classes?: unknown}} head
   */
  async heard({ reading, classes }) {
    await settleClasses(classes);
    if (typeof reading !== 'string') return false;
    await noteDevice(this.device.device, { reading: /** @type {Device['reading']} */ (reading) });
    const isAgain = reading === 'clock' && !this.#hasTriedAgain;
    this.#hasTriedAgain = true;
    return isAgain;
  }

  /** Take the row that comes last. @param {unknown} place */
  reach(place) {
    if (typeof place === 'string') this.#place = place;
  }

  /** Note the place that was reached, once everything before it is stored; a vault locked meanwhile stored nothing. */
  async keep() {
    const isOpen = await vaultAtHand().then(({ device }) => device === this.device.device, () => false);
    if (this.#place !== undefined && isOpen) await noteDevice(this.device.device, { since: this.#place });
  }
}

/** @param {string} name @returns {Promise<DeviceReading | null>} */
export async function readingOf(name) {
  const device = await readDevice(name);
  return device ? new DeviceReading(device) : null;
}
