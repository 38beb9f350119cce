/** The question who sits there, asked before what cannot be undone; the password goes to the server and nowhere else. */

import { element } from '../element.js';
import { ApiError } from './staff-api.js';

/** @typedef {import('./staff-api.js').StaffApi} StaffApi */
/** @typedef {import('./texts.js').Texts} Texts */

let count = 0;

/**
 * Ask until it is proved; false when the officer gives up.
 * @param {StaffApi} api @param {Texts} texts
 * @returns {Promise<boolean>}
 */
export function stepUp(api, texts) {
  const id = `step-up-${++count}`;
  const $error = element('p', { id: `${id}-error`, class: 'error', role: 'alert' });
  const $password = element('input', {
    id, type: 'password', autocomplete: 'current-password', required: true, 'aria-describedby': `${id}-error`,
  });
  const $code = element('input', { id: `${id}-code`, autocomplete: 'one-time-code', autocapitalize: 'none', maxlength: 64 });
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
        element('button', { type: 'button', class: 'button button-plain', click: () => $dialog.close() }, texts.say('staff.cancel')),
      ),
    ),
  );
  return new Promise((resolve) => {
    let isProved = false;
    const prove = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      try {
        await api.stepUp($password.value, $code.value);
        isProved = true;
        $dialog.close();
      } catch (error) {
        $error.textContent = texts.say(wordOf(error));
        $password.select();
      }
    };
    $dialog.addEventListener('submit', prove);
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
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 422) return 'staff.step-up.wrong';
  if (error.status === 429) return 'staff.step-up.wait';
  return error.status === 0 ? 'staff.error.offline' : 'staff.locked.signed-out';
}
