/** Opening `sl1` with the code's own key. Every failure is one `OpenError`. */

import { decodeAnswers } from './answers.js';
import { b32Encode, b64uDecode, b64uEncode } from './canonical.js';
import { aesOpen } from './cipher.js';
import { OpenError, opening } from './errors.js';
import { hasShape } from './shape.js';
import { unpad } from './unpadding.js';
import { caseOfVersion, groupContext, groupKey, holderContext, macOf, vOf, versionDigest } from './version.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */
/** @typedef {import('./answers.js').Answer} Answer */
/** @typedef {import('./version.js').Version} Version */
/** @typedef {import('./version.js').Wrap} Wrap */

/**
 * Open every group of a version; a `_rev` that a store added is ignored.
 * @param {Version} version
 * @param {Bytes} dek
 * @returns {Promise<Record<string, Answer[]>>}
 */
export function openVersion(version, dek) {
  return opening(async () => {
    const bare = await checked(version);
    if (b64uEncode(await macOf(dek, bare)) !== bare.seal.m) throw new OpenError();
    /** @type {Record<string, Answer[]>} */
    const groups = {};
    for (const name of Object.keys(bare.seal.g).sort()) {
      const context = groupContext(bare, caseOfVersion(bare), name);
      const plain = await aesOpen(await groupKey(dek, name), b64uDecode(bare.seal.g[name]), context);
      groups[name] = decodeAnswers(await unpad(plain));
    }
    return groups;
  });
}

/**
 * Take a version's data key with the code's own key.
 * @param {Version} version @param {Wrap} wrap @param {Bytes} openKey
 */
export function openWrapAsHolder(version, wrap, openKey) {
  return opening(async () => {
    const bare = await checked(version);
    const dek = await aesOpen(openKey, b64uDecode(wrap.t), holderContext(bare.type, caseOfVersion(bare)));
    if (dek.length !== 32) throw new OpenError();
    return dek;
  });
}

/** Give a version without what a store added, when it is whole. @param {Version} version */
export async function checked({ _rev, ...bare }) {
  if (!hasShape(bare) || b32Encode((await versionDigest(bare)).slice(0, 12)) !== vOf(bare)) throw new OpenError();
  return bare;
}
