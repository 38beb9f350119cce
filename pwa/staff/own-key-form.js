/** The form by which an officer makes an own key, or puts it under another passphrase. */

import { OpenError } from '../crypto/errors.js';
import { element } from '../element.js';
import { DerivationError } from '../passphrase/derive-key.js';
import { SHORTEST } from '../passphrase/kdf.js';
import { offerPassphrase } from '../passphrase/offer.js';
import { changePassphrase, makeRecord, wordsOf } from './own-key.js';

/** @typedef {import('../crypto/keyring.js').OfficerKey} OfficerKey */
/** @typedef {import('./staff-api.js').StaffApi} StaffApi */
/** @typedef {import('./texts.js').Texts} Texts */

export class OwnKeyForm {
  /**
   * @param {{api: StaffApi, texts: Texts, login: string, record?: OfficerKey,
   *   onError: (error: unknown) => string}} desk with a record, its key is kept and asks for the passphrase so far
   */
  constructor({ api, texts, login, record, onError }) {
    this.api = api;
    this.texts = texts;
    this.login = login;
    this.record = record;
    this.onError = onError;
    this.ended = new AbortController();
    this.isBusy = false;
    this.$old = this.#input('own-key-old');
    this.$new = this.#input('own-key-new');
    this.$again = this.#input('own-key-again');
    this.$error = element('p', { id: 'own-key-error', class: 'error', role: 'alert' });
    this.$state = element('p', { role: 'status' });
    this.$root = this.#layOut();
  }

  stop() {
    this.ended.abort();
    for (const $input of [this.$old, this.$new, this.$again]) $input.value = '';
  }

  #layOut() {
    const { texts, record } = this;
    const offered = offerPassphrase();
    return element(
      'form', { class: 'stack own-key', submit: this.#submit, novalidate: true },
      element('p', {}, texts.say(record ? 'staff.own-key.change-means' : 'staff.own-key.means')),
      element('p', {}, texts.say('staff.own-key.offered'), ' ', element('strong', { 'data-offered': true }, offered)),
      this.$error,
      record ? this.#field(this.$old, 'staff.own-key.old') : null,
      this.#field(this.$new, 'staff.own-key.new'), this.#field(this.$again, 'staff.own-key.again'),
      element('button', { class: 'button' }, texts.say(record ? 'staff.own-key.change' : 'staff.own-key.make')),
      this.$state,
    );
  }

  /** @param {string} id */
  #input(id) {
    return element('input', { id, type: 'password', autocomplete: 'off', autocapitalize: 'none', 'aria-describedby': 'own-key-error' });
  }

  /** @param {HTMLInputElement} $input @param {string} key */
  #field($input, key) {
    return element('div', { class: 'field' }, element('label', { for: $input.id }, this.texts.say(key)), $input);
  }

  #submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const problem = this.#problem();
    this.$error.textContent = problem ? this.texts.say(problem, { n: SHORTEST }) : '';
    if (this.isBusy || problem) return;
    this.isBusy = true;
    this.$state.textContent = this.texts.say('staff.own-key.busy');
    try {
      await this.#keep();
    } catch (error) {
      if (this.ended.signal.aborted) return;
      this.$state.textContent = '';
      this.$error.textContent = this.#explain(error);
    } finally {
      this.isBusy = false;
    }
  };

  #problem() {
    if (this.$new.value.length < SHORTEST) return 'staff.own-key.short';
    return this.$new.value === this.$again.value ? null : 'staff.own-key.differ';
  }

  async #keep() {
    const { api, texts, record, ended: { signal } } = this;
    const made = record
      ? await changePassphrase(record, this.$old.value, this.$new.value, signal)
      : await makeRecord(this.login, this.$new.value, signal);
    const { granted } = await api.keepOwnKey(made);
    const words = element('strong', { class: 'words', 'data-fingerprint': true }, await wordsOf(made.pub));
    this.stop();
    const $done = element('p', { role: 'status', tabindex: -1 }, texts.say(granted ? 'staff.own-key.changed' : 'staff.own-key.made'));
    const confirm = granted ? [] : [element('p', {}, words), element('p', {}, texts.say('staff.own-key.confirm'))];
    this.$root.replaceChildren($done, ...confirm);
    $done.focus();
  }

  /** @param {unknown} error */
  #explain(error) {
    if (error instanceof OpenError) return this.texts.say('staff.unlock.wrong');
    if (error instanceof DerivationError) return this.texts.say('staff.unlock.not-here');
    return this.onError(error);
  }
}
