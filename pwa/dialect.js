/**
 * How a server is spoken to. One that was heard to know the second version of the exchange gets items packed, and of a
 * list of cases that it was shown before only the digest.
 */

import { b64uEncode, canonical, sha256 } from './crypto/canonical.js';
import { packedItem } from './packed-item.js';

const NEWER = 2;
const LISTS = 8; // that are noted as shown

export class Dialect {
  /** What tells the list of this exchange from others, and tells nobody the digest. */
  #mark = '';
  #isDigest = false;

  /**
   * @param {any} memory what exchanges note of servers @param {string} at the origin; the office's own is empty
   * @param {number} [told] the version that the server says it knows, before it was heard
   */
  constructor(memory, at, told = 1) {
    this.memory = memory;
    this.at = at;
    this.told = told;
  }

  /**
   * The marks of the lists that the server was shown; null for one that does not know this version, undefined for one
   * that was never heard.
   * @returns {string[] | null | undefined}
   */
  get #shown() {
    return this.memory.shown?.[this.at];
  }

  get isNewer() {
    return this.#shown === undefined ? this.told === NEWER : this.#shown !== null;
  }

  /**
   * The first line of an exchange.
   * @param {{watch: [string, string, number, 0][], have: string[], ask: string[]}} lists @param {object} [more]
   */
  async hello({ watch, ...lists }, more) {
    const filled = Object.entries({ ...(await this.#watched(watch)), ...lists }).filter(([, list]) => list.length);
    return JSON.stringify({ v: this.isNewer ? NEWER : 1, ...Object.fromEntries(filled), ...more });
  }

  /** One that came back as unreadable goes as it was sealed. @param {{line: string, tries: number}} item */
  line = ({ line, tries }) => (this.isNewer && !tries ? packedItem(line) : line);

  /** Take what the head says; gives whether the list is to be shown once more. @param {{v?: unknown, watch?: unknown}} head */
  heard({ v, watch }) {
    if (!this.isNewer && v !== NEWER) return false;
    const isAgain = this.#isDigest && watch === 'again';
    const others = (this.#shown ?? []).filter((mark) => mark !== this.#mark);
    this.#note(isAgain || !this.#mark ? others : [...others, this.#mark].slice(-LISTS));
    return isAgain;
  }

  /** It was given back an older version. */
  forget() {
    this.#note(null);
  }

  /** @param {string[] | null} shown */
  #note(shown) {
    this.memory.shown = { ...this.memory.shown, [this.at]: shown };
  }

  /** @param {[string, string, number, 0][]} watch @returns {Promise<Record<string, any[]>>} */
  async #watched(watch) {
    const digest = watch.length ? await sha256(canonical(['watch2', ...watch.map(([id, proof]) => [id, proof])])) : null;
    this.#mark = digest ? b64uEncode(digest.slice(16)) : '';
    this.#isDigest = Boolean(this.#shown?.includes(this.#mark));
    return digest && this.#isDigest ? { watched: [b64uEncode(digest.slice(0, 16)), ...watch.map(([, , known]) => known)] } : { watch };
  }
}
