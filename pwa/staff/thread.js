/** What the applicant and the office wrote each other about a case, in the order of its dates. */

import { MESSAGE } from '../crypto/events.js';
import { element } from '../element.js';

/** @typedef {import('./open-case.js').OpenedCase} OpenedCase */
/** @typedef {import('./texts.js').Texts} Texts */

/** Messages that no step is about: the next one that is recorded is about them too. @param {OpenedCase} opened */
export function unanswered({ id, versions, events, former }) {
  const seen = new Set([...former.flatMap((one) => one.events), ...events].flatMap(({ on }) => on));
  return versions.filter(({ v, version }) => version._id.startsWith(`msg.${id}.`) && !seen.has(v));
}

/**
 * The part of the page with them and a way to answer; none where nothing was written.
 * @param {OpenedCase} opened @param {Texts} texts @param {() => void} answer
 */
export function threadOf(opened, texts, answer) {
  const waiting = new Set(unanswered(opened).map(({ v }) => v));
  const events = [...opened.former.flatMap((one) => one.events), ...opened.events];
  const all = [
    ...opened.versions.filter(({ version }) => version.type === 'message').map(({ v, version, answers }) =>
      ({ at: version.at, isOffice: false, isWaiting: waiting.has(v), text: answers && wordsOf(answers, texts) })),
    ...events.filter(({ step, isGenuine }) => step === MESSAGE && isGenuine).map(({ at, text }) =>
      ({ at, isOffice: true, isWaiting: false, text })),
  ].sort((one, other) => one.at - other.at);
  if (!all.length) return [];
  const heading = element('h3', { id: 'thread-title' }, texts.say('talk.title'));
  const button = element('button', { type: 'button', class: 'button button-plain', click: answer }, texts.say('staff.thread.answer'));
  return [element('section', { class: 'stack', 'aria-labelledby': 'thread-title' }, heading,
    element('ol', { class: 'thread stack' }, ...all.map((one) => item(one, texts))), button)];
}

/** @param {Record<string, import('../form.js').Answer>} answers @param {Texts} texts */
const wordsOf = ({ puas, pesan }, texts) =>
  [puas ? `${texts.say('talk.satisfied')} ${texts.name('talk.satisfied', String(puas))}.` : '', pesan ?? ''].filter(Boolean).join('\n');

/** @param {{at: number, isOffice: boolean, isWaiting: boolean, text: string | null}} one @param {Texts} texts */
function item({ at, isOffice, isWaiting, text }, texts) {
  const who = texts.say(isOffice ? 'talk.office' : 'staff.thread.applicant');
  const mark = isWaiting ? element('span', { class: 'tag' }, texts.say('staff.thread.waits')) : null;
  return element('li', { class: 'card stack near' },
    element('p', { class: 'hint' }, element('strong', {}, who), ` · ${texts.when(at)} `, mark),
    text === null ? element('p', { class: 'error' }, texts.say('staff.shut.broken')) : element('p', { class: 'note' }, text));
}
