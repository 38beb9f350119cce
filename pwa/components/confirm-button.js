/** A button that asks once more before it does what cannot be undone; the safe answer has the focus. */

import { element } from '../element.js';
import { text } from '../text.js';

/**
 * @param {{label: string, question: string, yes: string, act: () => unknown}} what words, and what to do on yes
 * @returns {HTMLElement}
 */
export function confirmButton({ label, question, yes, act }) {
  const root = element('div', {});
  const no = element('button', { type: 'button', class: 'button button-plain', click: () => close() }, text('app.cancel'));
  const asked = element('div', { class: 'notice urgent stack', role: 'group', 'aria-label': question, hidden: true },
    element('p', {}, question),
    element('div', { class: 'cluster' }, no,
      element('button', { type: 'button', class: 'button button-bad', 'data-action': 'confirm', click: () => act() }, yes)));
  const opener = element('button', { type: 'button', class: 'button button-bad', click: () => open() }, label);
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
