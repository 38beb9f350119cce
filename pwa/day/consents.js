/**
 * What somebody agreed to before a volunteer took an application down: read aloud, and sealed with the answers as a
 * group of its own. What was read is named by its number and by a hash of its words, so that both sides know it again.
 */

import { b32Encode, sha256, utf8 } from '../crypto/canonical.js';

/**
 * @typedef {{text: string, lang: string, by: 'applicant' | 'guardian', name: string | null, relation: string | null,
 *   at: number, place: string | null, date: string | null, purpose: string | null}} Consent
 *   `text`: which was read, as `<number>.<hash>`; `name`: the guardian's; `at` in seconds; the rest is of the event
 */
/** @typedef {(key: string) => string} Say */
/** @typedef {(key: string) => boolean} Has */

/** The group of a version that holds it. */
export const GROUP = 'consent';
export const RELATIONS = ['ibu', 'ayah', 'wali'];
const PARTS = ['title', 'who', 'what', 'use', 'keep', 'right'];
const KEYS = /** @type {const} */ (['text', 'lang', 'by', 'name', 'relation', 'at', 'place', 'date', 'purpose']);

/** The number of the text in force: the highest that is written. @param {Has} has */
export function currentNumber(has) {
  let n = 1;
  while (has(`consent.${n + 1}.title`)) n += 1;
  return n;
}

/** A text's title and paragraphs. @param {number} n @param {Say} say */
export const wordsOf = (n, say) => PARTS.map((part) => say(`consent.${n}.${part}`));

/** What a text is called: any other word in it gives another name. @param {number} n @param {string[]} words */
export const nameOfText = async (n, words) => `${n}.${b32Encode(await sha256(utf8(words.join('\n')))).slice(0, 8)}`;

/** What was typed on one line, as it can be sealed. @param {string} typed */
export const oneLine = (typed) => typed.replace(/\p{Cs}/gu, '').replace(/\s+/g, ' ').trim();

/** As it is sealed. @param {Consent} consent */
export const toAnswers = (consent) => KEYS.map((key) => consent[key]);

/** As it was read; undefined for what is none. @param {any} answers @returns {Consent | undefined} */
export const fromAnswers = (answers) =>
  (Array.isArray(answers) && answers.length === KEYS.length
    ? /** @type {any} */ (Object.fromEntries(KEYS.map((key, at) => [key, answers[at]])))
    : undefined);
