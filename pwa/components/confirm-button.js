/** A button that asks once more before it does what cannot be undone; the safe answer has the focus. */

import { button, element } from '../element.js';
import { text } from '../text.js';

/**
 * @param {{label: string, question: string, act: () => unknown}} what words, and what to do on yes
 * @returns {HTMLElement}
 */
export function confirmButton({ label, question, act }) {
  const no = button(text('app.cancel'), () => ask(false), { class: 'button button-plain' });
  const asked = element('div', { class: 'notice urgent stack', role: 'group', 'aria-label': question, hidden: true }, element('p', {}, question),
    element('div', { class: 'cluster' }, no, button(label, act, { class: 'button button-bad', 'data-action': 'confirm' })));
  const opener = button(label, () => ask(true), { class: 'button button-bad' });
  const ask = (/** @type {boolean} */ isAsked) => {
    opener.hidden = isAsked;
    asked.hidden = !isAsked;
    (isAsked ? no : opener).focus();
  };
  return element('div', {}, opener, asked);
}
