/** HMAC, HKDF and AES-256-GCM over WebCrypto, as every sealed thing uses them: the nonce in front. */

/** @typedef {import('./canonical.js').Bytes} Bytes */
/** @typedef {(length: number) => Bytes} Random */

import { concat } from './canonical.js';
import { OpenError, opening } from './errors.js';

const NONCE = 12; // bytes
export const OVERHEAD = NONCE + 16; // bytes that sealing adds: nonce and tag

/** @type {Random} */
export const randomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

/** @param {Bytes} key @param {Bytes} data */
export async function hmac(key, data) {
  // The length is stated because the default of WebCrypto is the block's, not the key's.
  const algorithm = { name: 'HMAC', hash: 'SHA-256', length: key.length * 8 };
  const imported = await crypto.subtle.importKey('raw', key, algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, data));
}

/** @param {Bytes} key @param {Bytes} info */
export async function hkdf(key, info, length = 32) {
  const imported = await crypto.subtle.importKey('raw', key, 'HKDF', false, ['deriveBits']);
  // An empty salt is, by HMAC's own padding, the same as 32 zero bytes, which every browser takes.
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, imported, length * 8));
}

/** @param {Bytes} key @param {'encrypt' | 'decrypt'} use */
const aesKey = (key, use) => crypto.subtle.importKey('raw', key, 'AES-GCM', false, [use]);

/** @param {Bytes} key @param {Bytes} plain @param {Bytes} aad */
export async function aesSeal(key, plain, aad, random = randomBytes) {
  const iv = random(NONCE);
  const algorithm = { name: 'AES-GCM', iv, additionalData: aad };
  const sealed = await crypto.subtle.encrypt(algorithm, await aesKey(key, 'encrypt'), plain);
  return concat(iv, new Uint8Array(sealed));
}

/**
 * Open what `aesSeal` made.
 * @param {Bytes} key @param {Bytes} sealed @param {Bytes} aad
 */
export function aesOpen(key, sealed, aad) {
  return opening(async () => {
    if (sealed.length < OVERHEAD || key.length !== 32) throw new OpenError();
    const algorithm = { name: 'AES-GCM', iv: sealed.slice(0, NONCE), additionalData: aad };
    const plain = await crypto.subtle.decrypt(algorithm, await aesKey(key, 'decrypt'), sealed.slice(NONCE));
    return new Uint8Array(plain);
  });
}
