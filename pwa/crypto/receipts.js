/** Receipts: checked against exactly the version that was sent and against the key list. */

import { b64uEncode, isWhole } from './canonical.js';
import { OpenError, opening } from './errors.js';
import { verify } from './verify.js';
import { versionDigest } from './version.js';

/** @typedef {{kid: string, id: string, held: string[], at: number, who: string}} Receipt */

/**
 * Check that a receipt is for this version and from whom the key list says.
 * @param {any} receipt [signed array, signature]
 * @param {import('./version.js').Version} version
 * @param {import('./key-list.js').KeyList} keyList
 * @returns {Promise<Receipt>}
 */
export function verifyReceipt(receipt, version, keyList) {
  return opening(async () => {
    const [[tag, kid, id, digest, w, held, at, who], sig] = receipt;
    const key = keyList.find(kid);
    const use = who === 'office' ? 'server' : 'hub';
    const isKnown = key && key.state !== 'destroyed' && key.who === who && key.use === use;
    const isOurs = id === version._id && w === version.seal.w && digest === b64uEncode(await versionDigest(version));
    if (!isKnown || !isOurs || tag !== 'rcpt1' || receipt.length !== 2 || receipt[0].length !== 8) throw new OpenError();
    if (!isWhole(at) || !held.every((/** @type {string} */ blob) => version.blobs.includes(blob))) throw new OpenError();
    await verify(receipt[0], sig, key.pub);
    return { kid, id, held, at, who };
  });
}
