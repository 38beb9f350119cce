/** Both halves of HPKE, as an officer's browser has them; what applicants' devices do is in hpke-seal.js. */

import { OpenError, opening } from './errors.js';
import { schedule } from './hpke-seal.js';
import { importPrivate } from './key-pair.js';

export { hpkeSeal } from './hpke-seal.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */
/** @typedef {import('./key-pair.js').KeyPair | import('./key-pair.js').PrivateKey} Private */

/**
 * Open what was sealed to `pair`.
 * @param {Bytes} sealed @param {Private} pair @param {Bytes} info
 * @param {{aad?: Bytes}} [fixed] for the published vectors alone
 */
export function hpkeOpen(sealed, pair, info, { aad = new Uint8Array(0) } = {}) {
  return opening(async () => {
    if (sealed.length < 81) throw new OpenError();
    const enc = sealed.slice(0, 65);
    const { key: own, pub } = await importPrivate(pair);
    const [key, iv] = await schedule(own, enc, enc, pub, info);
    const algorithm = { name: 'AES-GCM', iv, additionalData: aad };
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed.slice(65)));
  });
}
