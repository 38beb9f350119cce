/** The question for the passphrase: it opens the officer's own key, and that the keys of the office. */

import { OpenError } from '../crypto/errors.js';
import { OfflineError, RootChangedError } from '../device-errors.js';
import { element } from '../element.js';
import { refreshOffice } from '../pins.js';
import { DerivationError, deriveKey } from '../passphrase/derive-key.js';
import { openKeys } from './keys.js';
import { OwnKeyForm } from './own-key-form.js';
import { ApiError } from './staff-api.js';

/** @typedef {import('./keys.js').Keys} Keys */
/** @typedef {import('./staff-api.js').StaffApi} StaffApi */
/** @typedef {import('./texts.js').Texts} Texts */

export const SIGNED_OUT = 'staff.locked.signed-out';

/** The console stays locked; `reason` names the text that says why. */
class UnlockError extends Error {
  name = 'UnlockError';

  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

export class Unlock {
  /**
   * @param {{api: StaffApi, texts: Texts, login: string, reason: string | null, onKeys: (keys: Keys) => void,
   *   onError: (error: unknown) => string}} desk
   */
  constructor({ api, texts, login, reason, onKeys, onError }) {
    this.api = api;
    this.texts = texts;
    this.login = login;
    this.onKeys = onKeys;
    this.onError = onError;
    this.ended = new AbortController();
    this.isBusy = false;
    this.$input = element('input', {
      id: 'passphrase', type: 'password', autocomplete: 'off', required: true, autocapitalize: 'none',
      'aria-describedby': 'passphrase-hint passphrase-error',
    });
    this.$error = element('p', { id: 'passphrase-error', class: 'error', role: 'alert' });
    this.$button = element('button', { class: 'button' }, texts.say('staff.unlock.button'));
    this.$state = element('p', { role: 'status' });
    /** @type {OwnKeyForm | undefined} */
    this.form = undefined;
    this.$root = this.#layOut(reason);
  }

  start() {
    this.$input.focus();
  }

  stop() {
    this.ended.abort();
    this.form?.stop();
    this.$input.value = '';
  }

  /** @param {string | null} reason */
  #layOut(reason) {
    const { texts } = this;
    return element(
      'form', { class: 'unlock stack', submit: this.#submit, novalidate: true },
      element('h1', {}, texts.say('staff.unlock.title')),
      reason && element('p', { class: 'notice' }, texts.say(reason), ' ', this.#signIn(reason)),
      element('p', {}, texts.say('staff.unlock.means')),
      element(
        'div', { class: 'field' },
        element('label', { for: 'passphrase' }, texts.say('staff.unlock.passphrase')),
        element('p', { id: 'passphrase-hint', class: 'hint' }, texts.say('staff.unlock.hint')),
        this.$error, this.$input,
      ),
      this.$button, this.$state,
      element(
        'p', {},
        element('button', { type: 'button', class: 'button button-plain', 'data-forgotten': true, click: this.#makeKey }, texts.say('staff.own-key.forgotten')),
      ),
    );
  }

  /** No key yet, or a passphrase that nobody remembers: a new key, which a colleague has to confirm. */
  #makeKey = () => {
    const { api, texts, login, onError } = this;
    this.form = new OwnKeyForm({ api, texts, login, onError });
    const $title = element('h1', { tabindex: -1 }, texts.say('staff.own-key.title'));
    this.$root.replaceChildren($title);
    this.$root.after(this.form.$root);
    $title.focus();
  };

  /** @param {string} reason */
  #signIn(reason) {
    if (reason !== SIGNED_OUT) return null;
    return element('a', { href: `/staff/login?lang=${this.texts.lang}` }, this.texts.say('staff.locked.sign-in'));
  }

  /** @param {Event} event */
  #submit = async (event) => {
    event.preventDefault();
    if (this.isBusy) return;
    this.#show('', true);
    try {
      const keys = await unlock(this.api, this.$input.value, this.ended.signal);
      this.$input.value = '';
      this.onKeys(keys);
    } catch (error) {
      if (this.ended.signal.aborted) return;
      if (error instanceof UnlockError && error.reason === 'staff.unlock.no-record') return this.#makeKey();
      this.#show(error instanceof UnlockError ? this.texts.say(error.reason) : this.onError(error), false);
      this.$input.select();
    }
  };

  /** @param {string} problem @param {boolean} isBusy */
  #show(problem, isBusy) {
    this.$error.textContent = problem;
    this.$input.setAttribute('aria-invalid', String(problem !== ''));
    this.isBusy = isBusy; // a disabled button would lose the keyboard
    this.$button.setAttribute('aria-disabled', String(isBusy));
    this.$state.textContent = isBusy ? this.texts.say('staff.unlock.busy') : '';
  }
}

/**
 * From the passphrase to the keys of the office.
 * @param {StaffApi} api @param {string} passphrase @param {AbortSignal} signal
 */
async function unlock(api, passphrase, signal) {
  if (passphrase === '') throw new UnlockError('staff.unlock.empty');
  const sealed = await api.keys().catch(withoutRecord);
  const { keys: list } = await refreshOffice().catch(withoutOffice);
  const key = await deriveKey(passphrase, sealed.officer.kdf, signal).catch(withoutWorker);
  const keys = await openKeys(sealed, key, list).catch(withWrongPassphrase);
  if (keys.isForgotten) throw new UnlockError('staff.unlock.no-grant');
  signal.throwIfAborted();
  return keys;
}

/** @param {unknown} error @returns {never} */
function withoutOffice(error) {
  if (error instanceof OfflineError) throw new ApiError(0);
  const isForged = error instanceof RootChangedError || error instanceof OpenError;
  throw isForged ? new UnlockError('staff.unlock.key-list') : error;
}

/** @param {unknown} error @returns {never} */
function withWrongPassphrase(error) {
  throw error instanceof OpenError ? new UnlockError('staff.unlock.wrong') : error;
}

/** @param {unknown} error @returns {never} */
function withoutRecord(error) {
  throw error instanceof ApiError && error.status === 404 ? new UnlockError('staff.unlock.no-record') : error;
}

/** @param {unknown} error @returns {never} */
function withoutWorker(error) {
  throw error instanceof DerivationError ? new UnlockError('staff.unlock.not-here') : error;
}
