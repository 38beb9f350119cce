/** An officer's own key: made in this browser, under a passphrase that no server ever sees. */

import { b64uDecode } from '../crypto/canonical.js';
import { newKeyPair } from '../crypto/key-pair.js';
import { openGrant, sealGrant, unwrapOfficerKey, wrapOfficerKey } from '../crypto/keyring.js';
import { fingerprint } from '../crypto/speakable.js';
import { deriveKey } from '../passphrase/derive-key.js';
import { newKdf } from '../passphrase/kdf.js';

/** @typedef {import('../crypto/keyring.js').KeyList} KeyList */
/** @typedef {import('../crypto/keyring.js').OfficerKey} OfficerKey */
/** @typedef {import('./keys.js').Sealed} Sealed */

/** The words by which a colleague confirms a key. @param {string} pub */
export const wordsOf = (pub) => fingerprint(b64uDecode(pub));

/**
 * Make a record: a new key, or `pair` under another passphrase.
 * @param {string} login @param {string} passphrase @param {AbortSignal} signal
 * @param {import('../crypto/key-pair.js').KeyPair} [pair]
 * @returns {Promise<OfficerKey>}
 */
export async function makeRecord(login, passphrase, signal, pair) {
  const kdf = await newKdf(signal);
  const key = await deriveKey(passphrase, kdf, signal);
  return wrapOfficerKey(pair ?? (await newKeyPair()), key, login, kdf);
}

/**
 * Put the same key under another passphrase; an `OpenError` when the old one is wrong.
 * @param {OfficerKey} record @param {string} old @param {string} passphrase @param {AbortSignal} signal
 */
export async function changePassphrase(record, old, passphrase, signal) {
  const pair = await unwrapOfficerKey(record, await deriveKey(old, record.kdf, signal));
  return makeRecord(record.officer, passphrase, signal, pair);
}

/**
 * Grant to a colleague's key every key of the office that this officer holds; an `OpenError` for a wrong passphrase.
 * The private halves are out of WebCrypto for this moment only.
 * @param {Sealed} sealed @param {string} passphrase @param {KeyList} list
 * @param {{login: string, pub: string}} colleague @param {AbortSignal} signal
 */
export async function grantsFor({ officer, grants }, passphrase, list, { login, pub }, signal) {
  const own = await unwrapOfficerKey(officer, await deriveKey(passphrase, officer.kdf, signal));
  /** @type {Record<string, string>} */
  const made = {};
  for (const [kid, grant] of Object.entries(grants)) {
    if ((list.find(kid)?.state ?? 'destroyed') === 'destroyed') continue;
    const pair = await openGrant(grant, kid, officer.officer, own);
    made[kid] = await sealGrant(kid, login, pair, b64uDecode(pub));
    pair.d.fill(0);
  }
  own.d.fill(0);
  return made;
}
