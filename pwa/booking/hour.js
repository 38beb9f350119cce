/** When and where, as people read it; in the office's time, wherever and whenever the phone believes to be. */

import { clockNow, office } from '../pins.js';
import { language } from '../text.js';

/** @param {{begins: number}} hour @param {string} [zone] */
export function hourText({ begins }, zone = 'Asia/Jakarta') {
  /** @type {Intl.DateTimeFormatOptions} */
  const how = { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', hour12: false, timeZone: zone };
  return new Intl.DateTimeFormat([language(), 'id'], how).format(begins * 1000);
}

/** The time at the office as far as it is known here, in milliseconds. */
export const officeTime = async () => clockNow(await office().catch(() => ({ skew: 0 }))) * 1000;

/** The earlier of that and the phone's own: a clock may be years off, and nothing is over before both say so. */
export const earliest = async () => Math.min(Date.now(), await officeTime());
