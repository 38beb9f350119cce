/** Both halves of the way back to a draft whose passphrase nobody remembers; the twin of sync/rescue.py. */

import { b64uDecode, canonical, concat } from './canonical.js';
import { aesOpen } from './cipher.js';
import { OpenError, opening } from './errors.js';
import { hpkeOpen } from './hpke.js';
import { rescueContext } from './rescue-seal.js';

export { sealRescue } from './rescue-seal.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */
/** @typedef {import('./key-pair.js').KeyPair | import('./key-pair.js').PrivateKey} Private */
/**
 * A draft as it is handed over; `p` is its profile, `iv` and `ct` are base64url.
 * @typedef {{id: string, v: number, p: string, n: number, at: number, iv: string, ct: string,
 *   rescue: Record<string, string>, images?: HandedImage[]}} HandedDraft
 * @typedef {{id: string, ct: string}} HandedImage its key is in the draft
 */

const KEY = 32; // bytes of a draft's data key

/** @param {string} rescue @param {string} profile @param {string} draft @param {string} kid @param {Private} pair */
export function openRescue(rescue, profile, draft, kid, pair) {
  return opening(async () => {
    const dataKey = await hpkeOpen(b64uDecode(rescue), pair, rescueContext(profile, draft, kid));
    if (dataKey.length !== KEY) throw new OpenError();
    return dataKey;
  });
}

/** Open a picture of a draft that was handed over. @param {HandedImage} image @param {string} key base64url @returns {Promise<Bytes>} */
export const openHandedImage = ({ id, ct }, key) => opening(() => aesOpen(b64uDecode(key), b64uDecode(ct), canonical(['dr1-image', id])));

/** Open a draft that was handed over. @param {HandedDraft} draft @param {Bytes} dataKey @returns {Promise<any>} */
export function openDraft({ id, p, n, iv, ct }, dataKey) {
  return opening(async () => {
    const sealed = concat(b64uDecode(iv), b64uDecode(ct));
    const plain = await aesOpen(dataKey, sealed, canonical(['dr1', p, id, n]));
    const value = JSON.parse(new TextDecoder().decode(plain));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new OpenError();
    return value;
  });
}
