/** Opening `sl1` as the office's reader does; every failure is one `OpenError`. */

import { b64uDecode, h16 } from './canonical.js';
import { OpenError, opening } from './errors.js';
import { hpkeOpen } from './hpke.js';
import { checked } from './open-own.js';
import { caseOf } from './receipt-code.js';
import { caseOfVersion, wrapInfo } from './version.js';

export { openVersion, openWrapAsHolder } from './open-own.js';

/** @typedef {import('./version.js').Version} Version */
/** @typedef {import('./version.js').Wrap} Wrap */

/**
 * Take a version's data key with an office's key, and check that the code's holder made the version.
 * @param {Version} version @param {Wrap} wrap @param {string} kid
 * @param {import('./key-pair.js').KeyPair | import('./key-pair.js').PrivateKey} pair
 */
export function openWrapAsOffice(version, wrap, kid, pair) {
  return opening(async () => {
    const bare = await checked(version);
    const caseId = caseOfVersion(bare);
    const plain = await hpkeOpen(b64uDecode(wrap[kid]), pair, wrapInfo(bare.type, caseId, kid));
    const maker = await caseOf(plain.slice(32, 48), await h16(plain.slice(48)));
    if (plain.length !== 64 || maker !== caseId) throw new OpenError();
    return plain.slice(0, 32);
  });
}
