/** The question who sits there, asked before what cannot be undone; what answers it goes to the server and nowhere else. */

import { button, element } from '../element.js';
import { hasPasskeys, usePasskey } from './passkey.js';
import { ApiError } from './staff-api.js';

/** @typedef {import('./staff-api.js').StaffApi} StaffApi */
/** @typedef {import('./texts.js').Texts} Texts */

let count = 0;

/**
 * Ask until it is proved; false when the officer gives up.
 * @param {StaffApi} api @param {Texts} texts @param {{hasPasskey: boolean}} account
 * @returns {Promise<boolean>}
 */
export function stepUp(api, texts, { hasPasskey }) {
  const id = `step-up-${++count}`;
  const $error = element('p', { id: `${id}-error`, class: 'error', role: 'alert' });
  const $password = element('input', {
    id, type: 'password', autocomplete: 'current-password', required: true, 'aria-describedby': `${id}-error`,
  });
  const $code = element('input', { id: `${id}-code`, autocomplete: 'one-time-code', autocapitalize: 'none', maxlength: 64 });
  let [isProved, isBusy] = [false, false];

  /** @param {() => Promise<{password: string, code: string} | {assertion: string}>} give */
  const prove = async (give) => {
    if (isBusy) return;
    isBusy = true;
    try {
      await api.stepUp(await give());
      isProved = true;
      $dialog.close();
    } catch (error) {
      $error.textContent = texts.say(wordOf(error));
      $password.select();
    } finally {
      isBusy = false;
    }
  };
  const byPassword = async () => ({ password: $password.value, code: $code.value });
  const byPasskey = async () => ({ assertion: await usePasskey() });

  const plain = { class: 'button button-plain' };
  const $dialog = element(
    'dialog', { 'aria-labelledby': `${id}-title`, 'data-step-up': true },
    element(
      'form', { class: 'stack', method: 'dialog', novalidate: true },
      element('h2', { id: `${id}-title` }, texts.say('staff.step-up.title')),
      element('p', {}, texts.say('staff.step-up.means')),
      element('div', { class: 'field' }, element('label', { for: id }, texts.say('staff.login.password')), $error, $password),
      element('div', { class: 'field' }, element('label', { for: $code.id }, texts.say('staff.step-up.code')), $code),
      element(
        'div', { class: 'cluster' },
        element('button', { class: 'button' }, texts.say('staff.step-up.button')),
        hasPasskey && hasPasskeys() ? button(texts.say('staff.passkey.use'), () => prove(byPasskey), plain) : null,
        button(texts.say('staff.cancel'), () => $dialog.close(), plain),
      ),
    ),
  );
  return new Promise((resolve) => {
    $dialog.addEventListener('submit', (event) => {
      event.preventDefault();
      prove(byPassword);
    });
    $dialog.addEventListener('close', () => {
      $dialog.remove();
      resolve(isProved);
    });
    document.body.append($dialog);
    $dialog.showModal();
  });
}

/** @param {unknown} error */
function wordOf(error) {
  if (error instanceof DOMException) return 'staff.passkey.failed'; // what browsers tell when nobody touched it
  if (!(error instanceof ApiError)) return 'staff.error.unknown';
  if (error.status === 422) return 'staff.step-up.wrong';
  if (error.status === 429) return 'staff.step-up.wait';
  return error.status === 0 ? 'staff.error.offline' : 'staff.locked.signed-out';
}
