/** When and where, as people read it; in the office's time, wherever the phone believes to be. */

import { language } from '../text.js';

/** @param {{begins: number}} hour @param {string} [zone] */
export function hourText({ begins }, zone = 'Asia/Jakarta') {
  /** @type {Intl.DateTimeFormatOptions} */
  const how = { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', hour12: false, timeZone: zone };
  return new Intl.DateTimeFormat([language(), 'id'], how).format(begins * 1000);
}
