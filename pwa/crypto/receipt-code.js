/** The receipt code, the twin of sync/receipt_code.py: everything of the applicant's side is derived from it here. */

import { b32Encode, b64uEncode, concat, h16, sha256, utf8 } from './canonical.js';
import { hkdf, randomBytes } from './cipher.js';
import { CodeError, FormatError } from './errors.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */
/** @typedef {{case: string, open: Bytes, read: Bytes, sign: Bytes, proof: string}} CodeKeys */

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford's: no i, l, o, u
const CODE = /^[0-9a-hjkmnp-tv-z]*$/;
const LENGTH = 16;
// White space as ECMAScript counts it, hyphen-minus, the dashes of U+2010 to U+2015 and the minus sign.
const SKIPPED = /[\s\-\u2010-\u2015\u2212]/g;
/** @type {Record<string, string>} */
const LOOKALIKES = { o: '0', i: '1', l: '1' };

/** Make a code of 80 random bits. */
export function newCode(random = randomBytes) {
  let [bits, code] = [0n, ''];
  for (const byte of random(10)) bits = (bits << 8n) | BigInt(byte);
  for (let shift = 75n; shift >= 0n; shift -= 5n) code += ALPHABET[Number((bits >> shift) & 31n)];
  return code;
}

/**
 * Read what a person typed, with or without the check character; throws a `CodeError`.
 * @param {string} text
 */
export async function parseCode(text) {
  const code = text
    .replace(SKIPPED, '')
    .replace(/[A-Z]/g, (char) => char.toLowerCase())
    .replace(/[oil]/g, (char) => LOOKALIKES[char]);
  if (!CODE.test(code)) throw new CodeError('alphabet');
  const bare = code.slice(0, LENGTH);
  if (code.length !== LENGTH && code.length !== LENGTH + 1) throw new CodeError('length');
  if (code.length > LENGTH && code[LENGTH] !== (await checkChar(bare))) throw new CodeError('check');
  return bare;
}

/** @param {string} text */
export const checkChar = async (text) => ALPHABET[(await sha256(utf8(text)))[0] & 31];

/** Write a code for people: groups of four, the check character last. @param {string} code */
export const showCode = async (code) => code.replace(/.{4}/g, '$& ') + (await checkChar(code));

/** The number by which a case is called aloud, in fours. @param {string} caseId */
export const spokenNumber = async (caseId) =>
  `${caseId.slice(0, 4)} ${caseId.slice(4, 8)} ${await checkChar(caseId.slice(0, 8))}`;

/**
 * Derive everything from a code as `parseCode` returns it.
 * @param {string} code
 * @returns {Promise<CodeKeys>}
 */
export async function derive(code) {
  if (code.length !== LENGTH || !CODE.test(code)) throw new FormatError('not a receipt code');
  const key = await stretch(utf8(code), utf8('rantau/receipt/1'), 200_000);
  const open = await hkdf(key, utf8('rc1-open'));
  const read = await hkdf(key, utf8('rc1-read'), 16);
  const sign = await hkdf(key, utf8('rc1-sign'), 16);
  const signHash = await h16(sign);
  return { case: await caseOf(await h16(read), signHash), open, read, sign, proof: b64uEncode(concat(read, signHash)) };
}

/** Make guessing `secret` slow. @param {Bytes} secret @param {Bytes} salt @param {number} iterations */
export async function stretch(secret, salt, iterations, length = 32) {
  const imported = await crypto.subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveBits']);
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, imported, length * 8));
}

/** @param {Bytes} readHash @param {Bytes} signHash */
export const caseOf = async (readHash, signHash) => b32Encode((await sha256(concat(readHash, signHash))).slice(0, 15));
