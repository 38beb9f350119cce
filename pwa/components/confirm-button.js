/** A button that asks once more before it does what cannot be undone; the safe answer has the focus. */

import { StorageError, storageTrouble } from '../device-errors.js';
import { button, element } from '../element.js';
import { text } from '../text.js';

/**
 * @param {{label: string, question: string, act: () => unknown}} what words, and what to do on yes; why that was not done
 *   comes to stand in the question's place
 * @returns {HTMLElement}
 */
export function confirmButton({ label, question, act }) {
  const no = button(text('app.cancel'), () => ask(false), { class: 'button button-plain' });
  const said = element('p', { role: 'status' });
  const agreed = async () => {
    try {
      await act();
    } catch (error) {
      said.textContent = text(storageTrouble(error));
      if (!(error instanceof StorageError)) throw error;
    }
  };
  const asked = element('div', { class: 'notice urgent stack', role: 'group', 'aria-label': question, hidden: true }, said,
    element('div', { class: 'cluster' }, no, button(label, agreed, { class: 'button button-bad', 'data-action': 'confirm' })));
  const opener = button(label, () => ask(true), { class: 'button button-bad' });
  const ask = (/** @type {boolean} */ isAsked) => {
    said.textContent = question;
    opener.hidden = isAsked;
    asked.hidden = !isAsked;
    (isAsked ? no : opener).focus();
  };
  return element('div', {}, opener, asked);
}
