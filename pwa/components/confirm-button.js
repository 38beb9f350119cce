/** A button that asks once more before it does what cannot be undone; the safe answer has the focus. */

import { storageTrouble } from '../device-errors.js';
import { button, element } from '../element.js';
import { text } from '../text.js';

/**
 * @param {{label: string, question: string, act: () => unknown}} what words, and what to do on yes; why that was not done
 *   comes to stand in the question's place
 * @returns {HTMLElement}
 */
export function confirmButton({ label, question, act }) {
  const root = element('div', {});
  const no = button(text('app.cancel'), () => close(), { class: 'button button-plain' });
  const said = element('p', { role: 'status' }, question);
  const agreed = async () => {
    try {
      await act();
    } catch (error) {
      said.replaceChildren(text(storageTrouble(error)));
      throw error;
    }
  };
  const asked = element('div', { class: 'notice urgent stack', role: 'group', 'aria-label': question, hidden: true }, said,
    element('div', { class: 'cluster' }, no, button(label, agreed, { class: 'button button-bad', 'data-action': 'confirm' })));
  const opener = button(label, () => open(), { class: 'button button-bad' });
  const open = () => {
    opener.hidden = true;
    asked.hidden = false;
    no.focus();
  };
  const close = () => {
    opener.hidden = false;
    asked.hidden = true;
    opener.focus();
  };
  root.append(opener, asked);
  return root;
}
