/** What a person should know of how this phone keeps things: whether the browser promised it, and who can open them. */

import { read, readAll, remove } from '../db.js';
import { button, element } from '../element.js';
import { storageState } from '../sw-bridge.js';
import { text } from '../text.js';

export default class Privacy {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.promise = element('p', { class: 'quiet', 'data-persisted': '' });
    this.evicted = element('div', {});
    this.place = element('div', {});
  }

  /** Safe to call twice. */
  start() {
    this.root.replaceChildren(this.evicted, this.promise, this.place);
    void this.show();
  }

  stop() {}

  async show() {
    const [drafts, profiles] = await Promise.all([readAll('drafts'), readAll('profiles')]);
    if (drafts.length) await this.tellPromise();
    await this.tellEvicted();
    if (profiles.some(({ aside }) => !aside)) return this.open();
    this.place.replaceChildren(button(text('app.privacy.open'), () => this.open(), { class: 'button button-plain', 'data-privacy': true }));
  }

  /** The line on top says it on every page until the person has read it. */
  async tellEvicted() {
    if (!(await read('meta', 'evicted'))) return;
    const seen = async () => {
      await remove('meta', 'evicted');
      document.dispatchEvent(new CustomEvent('rantau:stored'));
      this.evicted.replaceChildren();
    };
    this.evicted.replaceChildren(element('p', { class: 'notice urgent' }, text('app.privacy.evicted'), ' ',
      button(text('app.privacy.seen'), seen, { class: 'button button-plain', 'data-evicted': true })));
  }

  /** The browser's own answer, whatever it is. */
  async tellPromise() {
    const { persisted } = await storageState();
    this.promise.dataset.persisted = String(persisted);
    this.promise.textContent = text(persisted ? 'app.privacy.kept' : 'app.privacy.may-go');
  }

  async open() {
    const { profilePanel } = await import('./profile-panel.js');
    this.place.replaceChildren(await profilePanel());
  }
}
