/** The way back to a draft whose passphrase nobody remembers, as a phone makes it; officers open it with rescue.js. */

import { b64uEncode, canonical } from './canonical.js';
import { hpkeSeal } from './hpke-seal.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */

/** @param {string} profile @param {string} draft @param {string} kid */
export const rescueContext = (profile, draft, kid) => canonical(['dr1-rescue', profile, draft, kid]);

/**
 * Seal a draft's data key to an epoch key of the office; gives base64url of 113 bytes.
 * @param {Bytes} dataKey @param {string} profile @param {string} draft @param {{kid: string, pub: Bytes}} to
 */
export async function sealRescue(dataKey, profile, draft, { kid, pub }, seal = hpkeSeal) {
  return b64uEncode(await seal(dataKey, pub, rescueContext(profile, draft, kid)));
}
