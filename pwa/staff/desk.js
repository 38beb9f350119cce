/** The officer's desk: locked, or unlocked with the list and the one case that is open. Keys live here alone. */

import { SENT, STEPS } from '../crypto/events.js';
import { element } from '../element.js';
import { CaseView } from './case.js';
import { Idle } from './idle.js';
import { KeysView } from './keys-view.js';
import { CaseList } from './list.js';
import { openCase } from './open-case.js';
import { ApiError } from './staff-api.js';
import { SIGNED_OUT, Unlock } from './unlock.js';

/** @typedef {import('./keys.js').Keys} Keys */
/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./staff-api.js').StaffApi} StaffApi */
/** @typedef {import('./texts.js').Texts} Texts */

const IDLE = 15 * 60 * 1000; // milliseconds; the server's session ends as early

export class Desk {
  /**
   * @param {{$root: HTMLElement, $live: HTMLElement, $lock: HTMLElement, $keys: HTMLElement, login: string,
   *   api: StaffApi, texts: Texts}} page
   */
  constructor({ $root, $live, $lock, $keys, login, api, texts }) {
    this.$root = $root;
    this.$live = $live;
    this.$lock = $lock;
    this.$keys = $keys;
    this.login = login;
    this.api = api;
    this.texts = texts;
    this.idle = new Idle(IDLE, () => this.lock('staff.locked.idle'));
    /** @type {Keys | null} */
    this.keys = null;
    /** @type {Unlock | null} */
    this.unlock = null;
    /** @type {CaseList | null} */
    this.list = null;
    /** @type {KeysView | null} */
    this.keysView = null;
    this.opening = 0;
    this.$case = element('div', { class: 'case-place' });
  }

  start() {
    this.$lock.addEventListener('click', this.#lockByHand);
    this.$keys.addEventListener('click', this.#showKeys);
    // A page that goes into the back/forward cache keeps its memory.
    window.addEventListener('pagehide', this.#lockQuietly);
    this.lock(null);
  }

  stop() {
    this.$lock.removeEventListener('click', this.#lockByHand);
    this.$keys.removeEventListener('click', this.#showKeys);
    window.removeEventListener('pagehide', this.#lockQuietly);
    this.lock(null);
    this.unlock?.stop();
  }

  /** Forget every key and everything that was opened, and ask for the passphrase. @param {string | null} reason */
  lock(reason) {
    this.opening++;
    this.idle.stop();
    this.unlock?.stop();
    this.keys?.forget();
    this.keys = null;
    this.list = null;
    this.keysView?.stop();
    this.$case = element('div', { class: 'case-place' });
    this.$live.textContent = '';
    this.$lock.hidden = this.$keys.hidden = true;
    const { api, texts, login } = this;
    this.unlock = new Unlock({ api, texts, login, reason, onKeys: this.#unlocked, onError: this.#explain });
    this.$root.replaceChildren(this.unlock.$root);
    this.unlock.start();
  }

  #lockByHand = () => this.lock('staff.locked.by-hand');
  #lockQuietly = () => this.lock(null);

  #unlocked = (/** @type {Keys} */ keys) => {
    this.unlock?.stop();
    this.unlock = null;
    this.keys = keys;
    this.$lock.hidden = this.$keys.hidden = false;
    const { api, texts } = this;
    this.list = new CaseList({ api, texts, states: [SENT, ...STEPS], onOpen: this.#open, onError: this.#explain });
    const isPast = keys.list.isPast(Date.now() / 1000);
    const warning = isPast ? element('p', { class: 'notice' }, texts.say('staff.keys-past')) : null;
    this.$case.append(element('p', { class: 'hint' }, texts.say('staff.case.none')));
    const desk = element('div', { class: 'desk' }, this.list.$root, this.$case);
    this.$root.replaceChildren(...(warning ? [warning] : []), desk);
    this.idle.start();
    this.list.load().then(() => this.list?.focus());
  };

  #open = async (/** @type {CaseRow} */ row) => {
    const { keys, api, texts, list } = this;
    if (!keys || !list) return;
    const turn = ++this.opening;
    list.mark(row.case);
    this.#announce('');
    this.$case.replaceChildren(element('p', { role: 'status' }, texts.say('staff.case.opening')));
    try {
      const raw = await api.case(row.case);
      const opened = await openCase(row.case, raw, keys, (service, name) => api.form(service, name));
      if (turn !== this.opening) return;
      const view = new CaseView({
        row, opened, keys, api, texts, announce: this.#announce,
        onStep: () => list.load(), onClose: this.#close, onError: this.#explain,
      });
      this.$case.replaceChildren(view.$root);
      view.start();
    } catch (error) {
      const problem = this.#explain(error);
      if (turn === this.opening) this.$case.replaceChildren(element('p', { class: 'error', role: 'alert' }, problem));
    }
  };

  #showKeys = () => {
    const { keys, api, texts } = this;
    if (!keys) return;
    this.opening++;
    this.list?.mark('');
    this.keysView?.stop();
    this.keysView = new KeysView({
      keys, api, texts, announce: this.#announce, onClose: this.#close, onError: this.#explain,
    });
    this.$case.replaceChildren(this.keysView.$root);
    void this.keysView.start();
  };

  #close = () => {
    this.opening++;
    this.keysView?.stop();
    this.$case.replaceChildren(element('p', { class: 'hint' }, this.texts.say('staff.case.none')));
    this.list?.mark('');
    this.list?.focus();
  };

  #announce = (/** @type {string} */ text) => {
    this.$live.textContent = text;
  };

  /** Say what went wrong with a question to the server; who is signed out has nothing to see. @param {unknown} error */
  #explain = (error) => {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) this.lock(SIGNED_OUT);
    if (error.status === 0) return this.texts.say('staff.error.offline');
    if (error.body?.error === 'step-up') return this.texts.say('staff.step-up.given-up');
    if (error.status === 422) return this.texts.say('staff.error.refused', { reason: error.reason });
    return this.texts.say('staff.error.server', { status: error.status });
  };
}
