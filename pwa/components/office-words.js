/** The eight words by which people tell their office's key from others; hidden until this phone knows one. */

import { b64uDecode } from '../crypto/canonical.js';
import { clockNow, office } from '../pins.js';

export default class OfficeWords {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {AbortController | undefined} */
    this.started = undefined;
  }

  /** Show the words as soon as there are any. Safe to call twice. */
  start() {
    if (this.started) return;
    this.started = new AbortController();
    // A signal too short for all that shows them leaves them to the next one.
    const show = () => this.show().catch(() => {});
    document.addEventListener('rantau:exchanged', show, { signal: this.started.signal });
    void show();
  }

  /** Leave them as they are. Safe to call twice. */
  stop() {
    this.started?.abort();
    this.started = undefined;
  }

  /** @param {string} name */
  part = (name) => /** @type {HTMLElement} */ (this.root.querySelector(`[data-${name}]`));

  async show() {
    const known = await office();
    const { fingerprint } = await import('../crypto/speakable.js');
    this.part('words').textContent = await fingerprint(b64uDecode(known.root));
    this.part('past').hidden = !known.keys.isPast(clockNow(known));
    this.root.hidden = false;
  }
}
