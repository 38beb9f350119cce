/** What an applicant, or a guardian, agreed to before a volunteer took the application down, as an officer reads it. */

import { fromAnswers, nameOfText, wordsOf } from '../day/consents.js';
import { dayFirst } from '../day-first.js';
import { element } from '../element.js';

/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */
/** @typedef {import('./texts.js').Texts} Texts */
/** @typedef {import('../day/consents.js').Consent} Consent */

/** Everything that volunteers sent of a case, with the consent that came with it. @param {OpenedVersion[]} versions @param {Texts} texts */
export function consentsPart(versions, texts) {
  const collected = versions.filter(({ version, dek }) => dek && version.channel === 'volunteer');
  if (!collected.length) return null;
  return element('section', { class: 'stack', 'aria-labelledby': 'consents-title', 'data-consents': true },
    element('h3', { id: 'consents-title' }, texts.say('staff.consent.title')),
    ...collected.map(({ consent }) => (consent ? consentNode(consent, texts) : element('p', { class: 'notice' }, texts.say('staff.consent.none')))));
}

/** @param {Consent} consent @param {Texts} texts */
export const whoAgreed = ({ by, name, relation }, texts) =>
  (by === 'guardian'
    ? texts.say('staff.consent.guardian', { name: name ?? '', relation: texts.name('consent.relation', relation ?? '') })
    : texts.say('staff.consent.applicant'));

/** @param {import('../form.js').Answer[]} sealed @param {Texts} texts */
function consentNode(sealed, texts) {
  const consent = fromAnswers(sealed);
  if (!consent) return element('p', { class: 'notice urgent' }, texts.say('staff.consent.odd'));
  const { at, place, date, purpose } = consent;
  const rows = [
    ['who', whoAgreed(consent, texts)], ['at', texts.when(at)], ['where', [place, date && dayFirst(date)].filter(Boolean).join(', ')], ['purpose', purpose ?? ''],
  ];
  return element('div', { class: 'stack' },
    element('dl', { class: 'answers' }, ...rows.filter(([, shown]) => shown).map(([row, shown]) =>
      element('div', {}, element('dt', {}, texts.say(`staff.consent.${row}`)), element('dd', {}, shown)))),
    wordsPart(consent, texts));
}

/** What was read aloud: the words where they are known, and said where they are not those of that name. @param {Consent} consent @param {Texts} texts */
function wordsPart({ text: name, lang }, texts) {
  const body = element('div', { class: 'stack near', lang });
  const summary = element('summary', {}, texts.say('staff.consent.text', { text: name, lang }));
  void wordsIn(lang, name, texts).then((words) => body.replaceChildren(
    ...(words?.map((one) => element('p', {}, one)) ?? [element('p', { class: 'notice urgent', lang: texts.lang }, texts.say('staff.consent.unknown'))])));
  return element('details', { class: 'stack', 'data-consent-text': name }, summary, body);
}

/** The words of a text in the language in which it was read; null where no text here has that name. @param {string} lang @param {string} name @param {Texts} texts */
async function wordsIn(lang, name, texts) {
  const n = Number.parseInt(name, 10);
  const known = lang === texts.lang ? texts.texts : await fetch(`/text/volunteer-${lang}.json`).then((answer) => answer.json(), () => ({}));
  const words = wordsOf(n, (key) => known[key] ?? key);
  return (await nameOfText(n, words)) === name ? words : null;
}
