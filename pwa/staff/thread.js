/** What the applicant and the office wrote each other about a case, in the order of its dates. */

import { MESSAGE } from '../crypto/events.js';
import { element } from '../element.js';

/** @typedef {import('./open-case.js').OpenedCase} OpenedCase */
/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */
/** @typedef {import('./open-case.js').OpenedEvent} OpenedEvent */
/** @typedef {import('./texts.js').Texts} Texts */

/** Messages that no step is about: the next one that is recorded is about them too. @param {OpenedCase} opened */
export function unanswered({ id, versions, events, former }) {
  const seen = new Set([...former.flatMap((one) => one.events), ...events].flatMap(({ on }) => on));
  return versions.filter(({ v, version }) => version._id.startsWith(`msg.${id}.`) && !seen.has(v));
}

/**
 * Everything that was said, once: what was taken along to a new code lies under both, and the newer one counts.
 * @param {OpenedCase} opened
 * @returns {{messages: OpenedVersion[], replies: OpenedEvent[]}}
 */
export function saidIn({ versions, events, former }) {
  const messages = versions.filter(({ version }) => version.type === 'message');
  const replies = [...former.flatMap((one) => one.events), ...events].filter(({ step, isGenuine }) => step === MESSAGE && isGenuine);
  return {
    messages: lastOfEach(messages, ({ v, version, answers }) => (answers ? `${version.at} ${JSON.stringify(answers)}` : v)),
    replies: lastOfEach(replies, ({ _id, at, text }) => (text === null ? _id : `${at} ${text}`)),
  };
}

/** @template T @param {T[]} all @param {(one: T) => string} key @returns {T[]} */
const lastOfEach = (all, key) => [...new Map(all.map((one) => [key(one), one])).values()];

/**
 * The part of the page with them and a way to answer; none where nothing was written.
 * @param {OpenedCase} opened @param {Texts} texts @param {() => void} answer
 */
export function threadOf(opened, texts, answer) {
  const waiting = new Set(unanswered(opened).map(({ v }) => v));
  const { messages, replies } = saidIn(opened);
  const all = [
    ...messages.map(({ v, version, answers }) =>
      ({ at: version.at, isOffice: false, isWaiting: waiting.has(v), text: answers && wordsOf(answers, texts) })),
    ...replies.map(({ at, text }) => ({ at, isOffice: true, isWaiting: false, text })),
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
