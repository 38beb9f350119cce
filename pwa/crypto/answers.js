/** Answers as bytes, the twin of sync/answers.py: texts, whole numbers, null and arrays, as `JSON.stringify` writes them. */

import { utf8 } from './canonical.js';
import { FormatError, OpenError } from './errors.js';

/** @typedef {null | number | string | Answer[]} Answer */

const LONE = /\p{Cs}/u; // with the u flag a pair is one character and does not match

/** @param {Answer[]} answers */
export function encodeAnswers(answers) {
  if (!Array.isArray(answers)) throw new FormatError('answers: not an array');
  check(answers);
  return utf8(JSON.stringify(answers));
}

/**
 * Read answers; whatever `encodeAnswers` would not write is refused.
 * @param {Uint8Array} data
 * @returns {Answer[]}
 */
export function decodeAnswers(data) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
    const answers = JSON.parse(text);
    encodeAnswers(answers);
    if (JSON.stringify(answers) === text) return answers;
  } catch {
    // falls through: one error, whatever the cause
  }
  throw new OpenError();
}

/** @param {unknown} value */
function check(value) {
  if (Array.isArray(value)) {
    for (const item of value) check(item);
  } else if (value !== null && !Number.isSafeInteger(value) && !(typeof value === 'string' && !LONE.test(value))) {
    throw new FormatError('answers: neither text, whole number, null nor array');
  }
}
