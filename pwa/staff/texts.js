/** The console's texts in one language, and times, numbers and regions as people write them there. */

import { fill } from '../text.js';

/** @typedef {Record<string, string>} ByKey */

const HOUR = 3600; // seconds

export class Texts {
  /** @param {string} lang @param {ByKey} texts @param {ByKey} regions names by code */
  constructor(lang, texts, regions) {
    this.lang = lang;
    this.texts = texts;
    this.regions = regions;
    this.time = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' });
    this.date = new Intl.DateTimeFormat(lang, { weekday: 'short', day: 'numeric', month: 'short' });
    this.known = { has: (/** @type {string} */ code) => Object.hasOwn(regions, code) };
  }

  /** The text of a key with its placeholders filled; a key that nobody wrote yet shows itself. @param {string} key */
  say(key, /** @type {Record<string, string | number>} */ params = {}) {
    return fill(Object.hasOwn(this.texts, key) ? this.texts[key] : key, params);
  }

  /**
   * The text of `<family>.<code>`, or the bare code: a device may send one that has no text.
   * @param {string} family @param {string} code
   */
  name(family, code) {
    const key = `${family}.${code}`;
    return Object.hasOwn(this.texts, key) ? this.texts[key] : code;
  }

  /** @param {number} at */
  when(at) {
    return this.time.format(at * 1000);
  }

  /** A day. @param {string} iso such as 2026-12-01 */
  day(iso) {
    return this.date.format(new Date(`${iso}T12:00:00`));
  }

  /** How long ago, in hours or days. @param {number} at @param {number} now */
  waiting(at, now) {
    const hours = Math.max(0, Math.floor((now - at) / HOUR));
    if (hours < 48) return this.say('staff.list.hours', { n: hours });
    return this.say('staff.list.days', { n: Math.floor(hours / 24) });
  }

  /** A retention period such as "90 days". @param {string} period */
  period(period) {
    const [n, unit] = period.split(' ');
    return unit ? this.say(`staff.period.${unit.replace(/s$/, '')}`, { n }) : this.say('staff.period.unlimited');
  }

  /** A region with the one around it. @param {string} code */
  region(code) {
    const around = code.slice(0, Math.max(0, code.lastIndexOf('.')));
    return [code, around].map((one) => this.regions[one] ?? (one === code ? code : '')).filter(Boolean).join(', ');
  }
}
