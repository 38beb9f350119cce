/** The office's keys as an officer's browser meets them, with key-list.js the twin of sync/keyring.py. */

import { b64uDecode, b64uEncode, canonical } from './canonical.js';
import { aesOpen, aesSeal, randomBytes } from './cipher.js';
import { OpenError, opening } from './errors.js';
import { hpkeOpen, hpkeSeal } from './hpke.js';
import { joinPair, splitPair } from './key-pair.js';

export { KeyList, verifyKeyList } from './key-list.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */
/** @typedef {import('./key-pair.js').KeyPair} KeyPair */
/** @typedef {import('./key-pair.js').PrivateKey} PrivateKey */
/** @typedef {import('./key-list.js').ListedKey} ListedKey */
/** @typedef {{name: 'argon2id', m: number, t: number, p: number, salt: string}} Kdf */
/** @typedef {{_id: string, type: 'officer-key', officer: string, pub: string, kdf: Kdf, sealed: string}} OfficerKey */

/** Grant a private key to an officer. @param {string} kid @param {string} officer @param {KeyPair} pair @param {Bytes} officerPub */
export async function sealGrant(kid, officer, pair, officerPub) {
  return b64uEncode(await hpkeSeal(joinPair(pair), officerPub, canonical(['sl1-grant', kid, officer])));
}

/** @param {string} grant @param {string} kid @param {string} officer @param {KeyPair | PrivateKey} pair */
export function openGrant(grant, kid, officer, pair) {
  return opening(async () => splitPair(await hpkeOpen(b64uDecode(grant), pair, canonical(['sl1-grant', kid, officer]))));
}

/**
 * Make an officer's record; `key` is the 32 bytes that Argon2id gave for the passphrase under `kdf`.
 * @param {KeyPair} pair @param {Bytes} key @param {string} officer @param {Kdf} kdf
 * @returns {Promise<OfficerKey>}
 */
export async function wrapOfficerKey(pair, key, officer, kdf, random = randomBytes) {
  const sealed = await aesSeal(key, joinPair(pair), canonical(['sl1-officer', officer]), random);
  return {
    _id: `officer.${officer}`, type: 'officer-key', officer, pub: b64uEncode(pair.pub), kdf, sealed: b64uEncode(sealed),
  };
}

/** @param {OfficerKey} record @param {Bytes} key */
export function unwrapOfficerKey(record, key) {
  return opening(async () => {
    const context = canonical(['sl1-officer', record.officer]);
    const pair = await splitPair(await aesOpen(key, b64uDecode(record.sealed), context));
    if (b64uEncode(pair.pub) !== record.pub) throw new OpenError();
    return pair;
  });
}
