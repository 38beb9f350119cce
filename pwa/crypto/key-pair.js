/** P-256 key pairs as raw bytes, and signatures over canonical arrays; the twin of sync/key_pair.py. */

import { b64uDecode, b64uEncode, canonical, concat } from './canonical.js';
import { opening } from './errors.js';
import { CURVE, ECDSA, verify } from './verify.js';

export { verify, verifyBytes } from './verify.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */
/** @typedef {{d: Bytes, pub: Bytes}} KeyPair a private scalar (32 bytes) with its public half (65) */
/** @typedef {{key: CryptoKey, pub: Bytes}} PrivateKey the same with the scalar inside WebCrypto */


/** @returns {Promise<KeyPair>} */
export async function newKeyPair() {
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: CURVE }, true, ['deriveBits']);
  const { d } = await crypto.subtle.exportKey('jwk', pair.privateKey);
  return { d: b64uDecode(d), pub: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)) };
}

/**
 * Put a private key into WebCrypto, from where it cannot be read again.
 * @param {KeyPair | PrivateKey} pair
 * @param {'ECDH' | 'ECDSA'} name
 * @returns {Promise<PrivateKey>}
 */
export async function importPrivate(pair, name = 'ECDH') {
  if ('key' in pair) return pair;
  const [x, y] = [pair.pub.slice(1, 33), pair.pub.slice(33)].map(b64uEncode);
  const jwk = { kty: 'EC', crv: CURVE, d: b64uEncode(pair.d), x, y };
  const uses = /** @type {KeyUsage[]} */ (name === 'ECDH' ? ['deriveBits'] : ['sign']);
  const key = await crypto.subtle.importKey('jwk', jwk, { name, namedCurve: CURVE }, false, uses);
  return { key, pub: pair.pub };
}

/** @param {KeyPair} pair */
export const joinPair = (pair) => concat(pair.d, pair.pub);

/**
 * Read d and pub joined, and check that they belong together.
 * @param {Bytes} joined
 * @returns {Promise<KeyPair>}
 */
export function splitPair(joined) {
  return opening(async () => {
    const pair = { d: joined.slice(0, 32), pub: joined.slice(32) };
    // Not every WebCrypto compares the halves at import, so let them prove it.
    await verify(['pair'], await sign(['pair'], pair), pair.pub);
    return pair;
  });
}

/**
 * @param {import('./canonical.js').Canonical[]} signed
 * @param {KeyPair | PrivateKey} pair
 */
export async function sign(signed, pair) {
  const { key } = await importPrivate(pair, 'ECDSA');
  return b64uEncode(new Uint8Array(await crypto.subtle.sign(ECDSA, key, canonical(signed))));
}
