/** The way back to a draft whose passphrase nobody remembers; the twin of sync/rescue.py. */

import { b64uDecode, b64uEncode, canonical, concat } from './canonical.js';
import { aesOpen } from './cipher.js';
import { OpenError, opening } from './errors.js';
import { hpkeOpen, hpkeSeal } from './hpke.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */
/** @typedef {import('./key-pair.js').KeyPair | import('./key-pair.js').PrivateKey} Private */
/**
 * A draft as it is handed over; `p` is its profile, `iv` and `ct` are base64url.
 * @typedef {{id: string, v: number, p: string, n: number, at: number, iv: string, ct: string,
 *   rescue: Record<string, string>}} HandedDraft
 */

const KEY = 32; // bytes of a draft's data key

/** @param {string} profile @param {string} draft @param {string} kid */
const context = (profile, draft, kid) => canonical(['dr1-rescue', profile, draft, kid]);

/**
 * Seal a draft's data key to an epoch key of the office; gives base64url of 113 bytes.
 * @param {Bytes} dataKey @param {string} profile @param {string} draft @param {{kid: string, pub: Bytes}} to
 */
export async function sealRescue(dataKey, profile, draft, { kid, pub }, seal = hpkeSeal) {
  return b64uEncode(await seal(dataKey, pub, context(profile, draft, kid)));
}

/** @param {string} rescue @param {string} profile @param {string} draft @param {string} kid @param {Private} pair */
export function openRescue(rescue, profile, draft, kid, pair) {
  return opening(async () => {
    const dataKey = await hpkeOpen(b64uDecode(rescue), pair, context(profile, draft, kid));
    if (dataKey.length !== KEY) throw new OpenError();
    return dataKey;
  });
}

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
