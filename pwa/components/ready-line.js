/** Says when the app can be used without a signal, offers to install it, and offers an update in words. */

import { button, element } from '../element.js';
import { office } from '../pins.js';
import { applyUpdate } from '../sw-bridge.js';
import { text } from '../text.js';

/** @typedef {Event & {prompt(): Promise<unknown>}} InstallEvent */

export default class ReadyLine {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.ready = element('span');
    this.install = element('span');
    this.update = element('div', { role: 'status' });
    /** @type {AbortController | undefined} */
    this.started = undefined;
  }

  start() {
    if (this.started) return;
    this.started = new AbortController();
    const { signal } = this.started;
    this.root.replaceChildren(this.ready, ' ', this.install);
    document.querySelector('main')?.before(this.update);
    window.addEventListener('beforeinstallprompt', (event) => this.offerInstall(/** @type {InstallEvent} */ (event)), { signal });
    // Offered twice it is drawn once: somebody may be pressing it.
    document.addEventListener('rantau:update-ready', () => this.update.firstChild ?? this.offerUpdate(), { signal });
    document.addEventListener('rantau:exchanged', () => void this.look(), { signal });
    void this.look();
  }

  stop() {
    this.started?.abort();
    this.started = undefined;
    this.update.remove();
  }

  /** Without the office's key nothing can be sealed: the pages alone do not make a phone ready. */
  async look() {
    if (!navigator.serviceWorker || this.ready.textContent) return;
    await Promise.all([navigator.serviceWorker.ready, office()]).then(
      () => (this.ready.textContent = text('app.ready')), () => undefined);
  }

  /** @param {InstallEvent} event */
  offerInstall(event) {
    event.preventDefault();
    this.install.replaceChildren(button(text('app.ready.install'), () => {
      this.install.replaceChildren();
      void event.prompt();
    }, { class: 'button button-plain' }));
  }

  offerUpdate() {
    this.update.replaceChildren(element('p', { class: 'centre notice' }, text('app.update'), ' ',
      button(text('app.update.apply'), () => void this.applyUpdate(), { class: 'button button-plain' })));
  }

  async applyUpdate() {
    if (await applyUpdate()) return;
    this.offerUpdate();
    this.update.append(element('p', { class: 'centre' }, text('app.update.form-open')));
  }
}
