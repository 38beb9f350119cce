/** The form by which a passphrase or a PIN is set: typed twice, and for a passphrase four words are offered. */

import { LockedError, StorageError, VaultError, storageTrouble } from '../device-errors.js';
import { element } from '../element.js';
import { DerivationError } from '../passphrase/derive-key.js';
import { SHORTEST } from '../passphrase/kdf.js';
import { text } from '../text.js';

export const SHORTEST_PIN = 6; // digits

/**
 * Make the form; `act` gets what was typed, and what it throws is told. The texts of the part `profile` are loaded.
 * @param {{isPin?: boolean, label: string, act: (typed: string, signal: AbortSignal) => Promise<unknown>}} wanted
 * @returns {HTMLFormElement}
 */
export function passphraseForm({ isPin = false, label, act }) {
  const kind = isPin ? 'pin' : 'passphrase';
  const [fresh, again] = [field('new-secret', `profile.${kind}.new`, isPin), field('new-secret-again', `profile.${kind}.again`, isPin)];
  const error = element('p', { id: 'new-secret-error', class: 'error', role: 'alert' });
  const state = element('p', { role: 'status' });
  const ended = new AbortController();
  window.addEventListener('pagehide', () => ended.abort(), { once: true });
  document.addEventListener('rantau:locked', () => ended.abort(), { once: true });
  let isBusy = false;

  async function submit(/** @type {SubmitEvent} */ event) {
    event.preventDefault();
    const problem = problemOf(fresh.input.value, again.input.value, isPin);
    error.textContent = problem ? text(problem, { n: isPin ? SHORTEST_PIN : SHORTEST }) : '';
    if (problem) fresh.input.focus();
    if (problem || isBusy) return;
    isBusy = true;
    state.textContent = text('profile.busy');
    try {
      await act(fresh.input.value, ended.signal);
      fresh.input.value = again.input.value = '';
    } catch (failure) {
      if (ended.signal.aborted) return;
      error.textContent = unchangedBecause(failure);
      fresh.input.focus();
    } finally {
      isBusy = false;
      state.textContent = '';
    }
  }

  return element('form', { class: 'stack', novalidate: true, autocomplete: 'off', submit },
    isPin ? null : offered(), error, fresh.root, again.root, element('button', { class: 'button' }, label), state);
}

/** Why nothing was changed, in words; throws what is not known. @param {unknown} error */
export function unchangedBecause(error) {
  if (error instanceof DerivationError) return text('profile.problem.not-here');
  if (error instanceof StorageError) return text('profile.problem.storage', { reason: text(storageTrouble(error)) });
  if (!(error instanceof VaultError || error instanceof LockedError)) throw error;
  return text('profile.unchanged');
}

function offered() {
  const words = element('strong', { 'data-offered': true });
  const root = element('div', { class: 'notice stack near', hidden: true }, element('p', {}, text('profile.offered')), element('p', {}, words));
  // It comes in another pack than this; without it nothing is offered.
  import('../passphrase/offer.js').then(({ offerPassphrase }) => {
    words.textContent = offerPassphrase();
    root.hidden = false;
  }, () => {});
  return root;
}

/** @param {string} id @param {string} key @param {boolean} isPin */
function field(id, key, isPin) {
  const input = secretInput(id, isPin, 'new-secret-error');
  return { input, root: element('div', { class: 'field' }, element('label', { for: id }, text(key)), input) };
}

/** @param {string} id @param {boolean} isPin @param {string} told the id of what says that it is wrong */
export const secretInput = (id, isPin, told) =>
  element('input', {
    id, type: 'password', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', 'aria-describedby': told,
    inputmode: isPin ? 'numeric' : null,
  });

/** @param {string} fresh @param {string} again @param {boolean} isPin */
function problemOf(fresh, again, isPin) {
  if (isPin && !/^\d*$/.test(fresh)) return 'profile.pin.digits';
  if (fresh.length < (isPin ? SHORTEST_PIN : SHORTEST)) return isPin ? 'profile.pin.short' : 'profile.passphrase.short';
  return fresh === again ? null : 'profile.differ';
}
