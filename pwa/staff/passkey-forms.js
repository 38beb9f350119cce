/** Forms that a passkey answers: shown where the browser has passkeys, and posted with what the passkey made or signed. */

import { element } from '../element.js';
import { hasPasskeys, makePasskey, usePasskey } from './passkey.js';

const ASK = { make: makePasskey, sign: usePasskey };

for (const $form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll('form[data-passkey]'))) {
  $form.hidden = !hasPasskeys();
  $form.addEventListener('submit', (event) => answer(event, $form));
}

/** @param {SubmitEvent} event @param {HTMLFormElement} $form */
async function answer(event, $form) {
  event.preventDefault();
  $form.querySelector('[role=alert]')?.remove();
  const $answer = /** @type {HTMLInputElement} */ ($form.querySelector('[data-answer]'));
  try {
    $answer.value = await ASK[/** @type {keyof typeof ASK} */ ($form.dataset.passkey)]();
  } catch {
    // Given up, no passkey for this office, or no connection: browsers do not tell which, so that no page can.
    $form.prepend(element('p', { class: 'error', role: 'alert' }, $form.dataset.failed ?? ''));
    return;
  }
  $form.submit();
}
