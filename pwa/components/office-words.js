/** The eight words by which people tell that the key this phone seals to is their office's; hidden until it knows one. */

import { b64uDecode } from '../crypto/canonical.js';
import { office } from '../pins.js';

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
    document.addEventListener('rantau:exchanged', () => void this.show(), { signal: this.started.signal });
    void this.show();
  }

  /** Leave them as they are. Safe to call twice. */
  stop() {
    this.started?.abort();
    this.started = undefined;
  }

  async show() {
    const { root } = await office().catch(() => ({ root: undefined }));
    if (!root || !this.root.hidden) return;
    const { fingerprint } = await import('../crypto/speakable.js');
    const words = /** @type {HTMLElement} */ (this.root.querySelector('[data-words]'));
    words.textContent = await fingerprint(b64uDecode(root));
    this.root.hidden = false;
  }
}
