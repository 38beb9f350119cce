/**
 * A complaint's words for the official channel, to be copied by the officer: without the name, unless that is open. Of whom
 * asked for confidence it says so first.
 */

import { element } from '../element.js';
import { CHANNEL, handOverText } from '../hand-over.js';

/** @typedef {import('./open-case.js').OpenedCase} OpenedCase */
/** @typedef {import('./texts.js').Texts} Texts */

/** The part of the page; none where the case is no complaint that opens. @param {OpenedCase} opened @param {Texts} texts */
export function handOverPart({ leaves }, texts) {
  const { form, answers, version } = leaves[0] ?? {};
  if (version?.type !== 'complaint' || !form || !answers) return null;
  const words = handOverText(form, answers, (key) => texts.say(key), { isOwn: false });
  const said = element('p', { role: 'status' });
  const copy = async () => {
    const isCopied = await navigator.clipboard.writeText(words).then(() => true, () => false);
    said.textContent = texts.say(isCopied ? 'talk.hand-over.copied' : 'app.receipt.not-copied');
  };
  return element('div', { class: 'stack near' },
    answers.identitas === 'rahasia' ? element('p', { class: 'notice' }, texts.say('staff.confidential')) : null,
    element('details', { class: 'hand-over' },
      element('summary', {}, texts.say('talk.hand-over')),
      element('div', { class: 'stack near' },
        element('p', {}, element('a', { href: CHANNEL, rel: 'noopener noreferrer' }, 'www.lapor.go.id')),
        element('textarea', { readonly: true, rows: 8, 'aria-label': texts.say('talk.hand-over') }, words),
        element('button', { type: 'button', class: 'button button-plain', click: copy }, texts.say('talk.hand-over.copy')), said)));
}
