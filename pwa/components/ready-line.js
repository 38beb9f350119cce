/** Says when the app can be used without a signal, offers to install it, and offers an update in words. */

import { button, element } from '../element.js';
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
    document.addEventListener('rantau:update-ready', () => this.offerUpdate(), { signal });
    void navigator.serviceWorker?.ready.then(() => (this.ready.textContent = text('app.ready')));
  }

  stop() {
    this.started?.abort();
    this.started = undefined;
    this.update.remove();
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
      button(text('app.update.apply'), () => void applyUpdate(), { class: 'button button-plain' })));
  }
}
