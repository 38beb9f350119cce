/** Opening a sealed file, a picture or a PDF, with its key from the sealed answers; the reading half of images/seal-images.js. */

import { b32Encode, b64uDecode, canonical, sha256 } from './canonical.js';
import { aesOpen } from './cipher.js';
import { OpenError, opening } from './errors.js';
import { unpad } from './unpadding.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */

const MOST = 2 << 20; // bytes

/**
 * Open the stored bytes of a file of a case by its entry in the answers. What has another digest, or another length than
 * its sender wrote down, does not open.
 * @param {Bytes} sealed @param {[name: string, digest: string, key: string, length: number, kind: string]} entry
 * @param {string} caseId @param {string[]} [former] the cases that go on in this one, of which the office signed so
 */
export const openFile = (sealed, [name, digest, key, length], caseId, former = []) =>
  opening(async () => {
    if (b32Encode(await sha256(sealed)) !== digest) throw new OpenError();
    const open = (/** @type {string} */ id) => aesOpen(b64uDecode(key), sealed, canonical(['sl1-blob', id, name]));
    const padded = await Promise.any([caseId, ...former].map(open));
    if (padded[0] !== 0) throw new OpenError(); // nobody compresses a picture
    const plain = await unpad(padded, MOST);
    if (plain.length !== length) throw new OpenError();
    return plain;
  });
