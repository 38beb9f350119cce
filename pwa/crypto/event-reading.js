/** Reading events: the office's signed steps of a case and their notes. */

import { decodeAnswers } from './answers.js';
import { b64uDecode, b64uEncode, canonical, isWhole, sha256 } from './canonical.js';
import { aesOpen, hkdf } from './cipher.js';
import { OpenError, opening } from './errors.js';
import { isCase, isKid, isList, isV, keysOf } from './shape.js';
import { unpad } from './unpadding.js';
import { verify } from './verify.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */
/**
 * @typedef {{_id: string, type: 'event', case: string, n: number, step: string, at: number, on: string[],
 *   note: string | null, kid: string, sig: string, claim?: unknown, _rev?: string}} Event
 */

const KEYS = '_id,at,case,kid,n,note,on,sig,step,type';

/** @param {string} caseId @param {number} n */
export const eventId = (caseId, n) => `ev.${caseId}.${String(n).padStart(4, '0')}`;

/**
 * Check an event against the public key of its `kid`; `claim` and `_rev` are not looked at.
 * @param {Event} event
 * @param {Bytes} pub
 */
export function verifyEvent({ claim, _rev, ...event }, pub) {
  return opening(async () => {
    if (!isEvent(event)) throw new OpenError();
    await verify(await signedPart(event), event.sig, pub);
  });
}

/** @param {Bytes} note @param {Bytes} dek @param {string} caseId @param {number} n */
export function openNote(note, dek, caseId, n) {
  return opening(async () => {
    const context = canonical(['sl1-note', caseId, n]);
    const answers = decodeAnswers(await unpad(await aesOpen(await hkdf(dek, context), note, context)));
    if (answers.length !== 1 || typeof answers[0] !== 'string') throw new OpenError();
    return answers[0];
  });
}

/** @param {Event} event @returns {Promise<import('./canonical.js').Canonical[]>} */
export async function signedPart({ case: caseId, n, step, at, on, note, kid }) {
  const digest = note === null ? null : b64uEncode(await sha256(b64uDecode(note)));
  return ['ev1', caseId, n, step, at, on, digest, kid];
}

/** @param {Event} event */
export function isEvent(event) {
  const { _id, type, case: caseId, n, step, at, on, note, kid, sig } = event;
  return (
    keysOf(event) === KEYS && type === 'event' && isCase(caseId) && isWhole(n) && n >= 1 && n <= 9999 &&
    _id === eventId(caseId, n) && isList(on, isV) && typeof step === 'string' && /^[a-z][a-z_]{1,31}$/.test(step) &&
    isWhole(at) && isKid(kid) && typeof sig === 'string' &&
    (note === null || (on.length > 0 && b64uDecode(note).length > 0))
  );
}
