/** The shape of a version: which keys, which lengths, which ids. The twin of sync/shape.py, for readers. */

import { b32Decode, b64uDecode, isWhole } from './canonical.js';
import { OVERHEAD } from './cipher.js';
import { isPaddedLength } from './padding.js';
import { PREFIXES } from './version.js';

/** @typedef {import('./version.js').Version} Version */

const KEYS = '_id,area,at,blobs,channel,device,form,prev,seal,service,type,wish';
const [SERVICE, FORM] = [/^[a-z][a-z0-9-]{0,31}$/, /^[1-9][0-9]{0,5}\.[a-z2-7]{8}$/];
const [CHANNEL, DEVICE] = [/^[a-z][a-z0-9-]{0,15}$/, /^[a-z0-9-]{1,32}$/];
const [AREA, OFFER] = [/^[0-9]{2}(\.[0-9]{2,4}){0,3}$/, /^[a-z0-9][a-z0-9._-]{0,63}$/];
const [GROUP, KID] = [/^[a-z][a-z0-9_-]{0,31}$/, /^[a-z0-9]{2,8}$/];

/**
 * Say whether it is a version, without `_rev`, as far as one can see without a key. That its id is its hash is not
 * looked at here.
 * @param {unknown} version
 * @returns {version is Version}
 */
export function hasShape(version) {
  if (!isObject(version) || keysOf(version) !== KEYS) return false;
  const { _id, type, service, form, at, channel, device, area, wish, prev, blobs, seal } = version;
  return (
    typeof type === 'string' && Object.hasOwn(PREFIXES, type) && isId(_id, PREFIXES[type]) &&
    matches(SERVICE, service) && matches(FORM, form) && isWhole(at) && matches(CHANNEL, channel) &&
    (device === null || matches(DEVICE, device)) && (area === null || matches(AREA, area)) &&
    isList(wish, (item) => matches(OFFER, item)) && isList(prev, isV) && isList(blobs, (item) => isB32(item, 32)) &&
    isSeal(seal)
  );
}

/** @param {unknown} text */
export const isCase = (text) => isB32(text, 15);

/** @param {unknown} text */
export const isV = (text) => isB32(text, 12);

/** @param {unknown} text @returns {text is string} */
export const isKid = (text) => matches(KID, text);

/** @param {unknown} items @param {(item: unknown) => boolean} isGood @returns {items is string[]} */
export const isList = (items, isGood) =>
  Array.isArray(items) && items.every(isGood) && new Set(items).size === items.length;

/** @param {unknown} value @returns {value is Record<string, any>} */
export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {object} value */
export const keysOf = (value) => Object.keys(value).sort().join();

/** @param {unknown} text @param {string} prefix */
function isId(text, prefix) {
  if (typeof text !== 'string') return false;
  const parts = text.split('.');
  return parts.length === 3 && parts[0] === prefix && isCase(parts[1]) && isV(parts[2]);
}

/** @param {unknown} seal */
function isSeal(seal) {
  if (!isObject(seal) || keysOf(seal) !== 'g,m,v,w' || seal.v !== 1) return false;
  if (lengthOf(b64uDecode, seal.w) !== 16 || lengthOf(b64uDecode, seal.m) !== 32 || !isObject(seal.g)) return false;
  const groups = Object.entries(seal.g);
  return groups.length > 0 && groups.every(([name, text]) => GROUP.test(name) && isGroup(text));
}

/** @param {unknown} text */
const isGroup = (text) => isPaddedLength(lengthOf(b64uDecode, text) - OVERHEAD);

/** @param {unknown} text @param {number} length */
const isB32 = (text, length) => lengthOf(b32Decode, text) === length;

/** @param {(text: unknown) => Uint8Array} decode @param {unknown} text */
function lengthOf(decode, text) {
  try {
    return decode(text).length;
  } catch {
    return -1;
  }
}

/** @param {RegExp} pattern @param {unknown} text @returns {text is string} */
const matches = (pattern, text) => typeof text === 'string' && pattern.test(text);
