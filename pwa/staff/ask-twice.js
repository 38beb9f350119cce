/** A button of the console that asks once more before it does what cannot be undone; the safe answer has the focus. */

import { button, element } from '../element.js';

/** @typedef {import('./texts.js').Texts} Texts */

const PLAIN = { class: 'button button-plain' };

/**
 * @param {Texts} texts @param {string} label
 * @param {{yes: string, question?: string, act: () => unknown, attributes?: Record<string, string>}} asked words, and
 *   what to do on yes; the attributes are those of the first button
 */
export function askTwice(texts, label, { yes, question, act, attributes = {} }) {
  const $place = element('div', { class: 'stack near' });
  const $no = button(texts.say('staff.cancel'), () => close(), PLAIN);
  const $asked = element('div', { class: 'cluster', role: 'group', 'aria-label': question ?? label },
    question ? element('p', {}, question) : null, $no, button(yes, () => act(), { class: 'button button-bad', 'data-sure': true }));
  const open = () => {
    $place.replaceChildren($asked);
    $no.focus();
  };
  const $button = button(label, open, { ...PLAIN, ...attributes });
  const close = () => {
    $place.replaceChildren($button);
    $button.focus();
  };
  $place.append($button);
  return $place;
}
