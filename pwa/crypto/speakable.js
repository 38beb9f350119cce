/** Bytes as words that can be said, heard and compared: two syllables of a consonant and a vowel, 12 bits a word. */

import { sha256 } from './canonical.js';

const CONSONANTS = 'bcdghjklmnprstwy';
const VOWELS = 'aiou';
const FINGERPRINT = 8; // words

/**
 * Write the first bits of the bytes as words with spaces between.
 * @param {Uint8Array} bytes @param {number} words
 */
export function speakable(bytes, words) {
  if (bytes.length * 8 < words * 12) throw new RangeError('too few bytes for as many words');
  const syllable = (/** @type {number} */ at) => {
    const six = ((bytes[at >> 3] << 8) | (bytes[(at >> 3) + 1] ?? 0)) >> (10 - (at & 7)) & 63;
    return CONSONANTS[six >> 2] + VOWELS[six & 3];
  };
  return Array.from({ length: words }, (_, word) => syllable(word * 12) + syllable(word * 12 + 6)).join(' ');
}

/** The eight words by which people compare a public key. @param {import('./canonical.js').Bytes} pub */
export const fingerprint = async (pub) => speakable(await sha256(pub), FINGERPRINT);
