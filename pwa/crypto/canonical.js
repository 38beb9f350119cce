/**
 * The one way to write what is hashed, signed or bound, and the strict decoders of what travels as text.
 * The twin of sync/canonical.py.
 */

import { FormatError } from './errors.js';

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {null | number | string | Canonical[]} Canonical */

const PLAIN = /^[\x21\x23-\x5b\x5d-\x7e]*$/; // what JSON neither escapes nor separates by
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** @param {string} text @returns {Bytes} */
export const utf8 = (text) => new TextEncoder().encode(text);

/** @param {...(Uint8Array | number[])} parts @returns {Bytes} */
export function concat(...parts) {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * Write an array canonically; anything but arrays, null, integers from 0 to 2^53-1 and plain strings is refused.
 * @param {Canonical[]} value
 * @returns {Bytes}
 */
export function canonical(value) {
  if (!Array.isArray(value)) throw new FormatError('canonical: not an array');
  check(value);
  return utf8(JSON.stringify(value));
}

/** @param {unknown} value */
function check(value) {
  if (Array.isArray(value)) {
    for (const item of value) check(item);
  } else if (value !== null && !isWhole(value) && !(typeof value === 'string' && PLAIN.test(value))) {
    throw new FormatError('canonical: neither array, null, whole number nor plain string');
  }
}

/** @param {unknown} value @returns {value is number} */
export const isWhole = (value) => Number.isSafeInteger(value) && /** @type {number} */ (value) >= 0;

/** @param {Bytes} data @returns {Promise<Bytes>} */
export const sha256 = async (data) => new Uint8Array(await crypto.subtle.digest('SHA-256', data));

/** @param {Bytes} data @returns {Promise<Bytes>} */
export const h16 = async (data) => (await sha256(data)).slice(0, 16);

/** @param {Uint8Array} data */
export function b64uEncode(data) {
  let text = '';
  // In parts that fit a call: a string grown byte by byte is a thousand times what it holds.
  for (let at = 0; at < data.length; at += 4096) text += String.fromCharCode(...data.subarray(at, at + 4096));
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
}

/**
 * Read unpadded base64url; two texts never give the same bytes.
 * @param {unknown} text
 * @returns {Bytes}
 */
export function b64uDecode(text) {
  if (typeof text !== 'string' || !/^[\w-]*$/.test(text) || text.length % 4 === 1) {
    throw new FormatError('not base64url');
  }
  const raw = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  const data = new Uint8Array(raw.length).map((_, at) => raw.charCodeAt(at));
  const rest = data.length % 3;
  if (rest && b64uEncode(data.subarray(-rest)) !== text.slice(~rest)) throw new FormatError('not base64url: trailing bits');
  return data;
}

/** @param {Uint8Array} data */
export function b32Encode(data) {
  let [text, bits, count] = ['', 0, 0];
  for (const byte of data) {
    bits = ((bits << 8) | byte) & 0xfff;
    for (count += 8; count >= 5; count -= 5) text += BASE32[(bits >> (count - 5)) & 31];
  }
  return count ? text + BASE32[(bits << (5 - count)) & 31] : text;
}

/**
 * Read unpadded lower-case base32, as strictly as `b64uDecode`.
 * @param {unknown} text
 * @returns {Bytes}
 */
export function b32Decode(text) {
  if (typeof text !== 'string' || !/^[a-z2-7]*$/.test(text)) throw new FormatError('not base32');
  const data = new Uint8Array((text.length * 5) >> 3);
  let [at, bits, count] = [0, 0, 0];
  for (const char of text) {
    bits = ((bits << 5) | BASE32.indexOf(char)) & 0xfff;
    count += 5;
    if (count >= 8) data[at++] = bits >> (count -= 8);
  }
  if (b32Encode(data) !== text) throw new FormatError('not base32: length or trailing bits');
  return data;
}
