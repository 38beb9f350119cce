/** Checking P-256 signatures over canonical arrays and bytes. */

import { b64uDecode, canonical } from './canonical.js';
import { OpenError, opening } from './errors.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */

export const CURVE = 'P-256';
export const ECDSA = { name: 'ECDSA', hash: 'SHA-256' };

/**
 * Check the signature of an array.
 * @param {import('./canonical.js').Canonical[]} signed
 * @param {unknown} sig
 * @param {Bytes} pub
 */
export const verify = (signed, sig, pub) => opening(() => verifyBytes(canonical(signed), b64uDecode(sig), pub));

/**
 * Check the signature of bytes, given as r and s joined.
 * @param {Bytes} message @param {Bytes} raw @param {Bytes} pub
 */
export const verifyBytes = (message, raw, pub) =>
  opening(async () => {
    if (pub.length !== 65) throw new OpenError();
    const key = await crypto.subtle.importKey('raw', pub, { name: 'ECDSA', namedCurve: CURVE }, false, ['verify']);
    if (!(await crypto.subtle.verify(ECDSA, key, raw, message))) throw new OpenError();
  });
