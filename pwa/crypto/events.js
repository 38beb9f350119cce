/** Events: the office's signed steps of a case and their notes; the twin of sync/events.py. */

import { decodeAnswers, encodeAnswers } from './answers.js';
import { b64uDecode, b64uEncode, canonical, isWhole, sha256 } from './canonical.js';
import { aesOpen, aesSeal, hkdf, randomBytes } from './cipher.js';
import { FormatError, OpenError, opening } from './errors.js';
import { sign, verify } from './key-pair.js';
import { pad } from './padding.js';
import { isCase, isKid, isList, isV, keysOf } from './shape.js';
import { unpad } from './unpadding.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */
/**
 * @typedef {{_id: string, type: 'event', case: string, n: number, step: string, at: number, on: string[],
 *   note: string | null, kid: string, sig: string, claim?: unknown, _rev?: string}} Event
 */

export const STEPS = [
  'perlu_perbaikan', 'berkas_lengkap', 'menunggu_pembayaran', 'dibayar', 'kedaluwarsa', 'terjadwal',
  'biometrik_wawancara', 'adjudikasi', 'dicetak', 'siap_diambil', 'diserahkan', 'ditolak', 'ditangguhkan',
  'dibatalkan', 'bap', 'pesan',
];
export const SENT = 'terkirim'; // the status of a case without events
export const MESSAGE = 'pesan'; // the step that leaves the status as it was

const KEYS = '_id,at,case,kid,n,note,on,sig,step,type';

/** @param {string} caseId @param {number} n */
export const eventId = (caseId, n) => `ev.${caseId}.${String(n).padStart(4, '0')}`;

/**
 * Sign an event; `on` are the versions (v) it is about, `note` what `sealNote` made.
 * @param {{case: string, n: number, step: string, at: number, on: string[], note: Bytes | null, kid: string,
 *   private: import('./key-pair.js').KeyPair | import('./key-pair.js').PrivateKey}} content
 * @returns {Promise<Event>}
 */
export async function signEvent({ private: pair, note, ...content }) {
  const { case: caseId, n, step, at, on, kid } = content;
  /** @type {Event} */
  const event = {
    _id: eventId(caseId, n), type: 'event', case: caseId, n, step, at, on,
    note: note && b64uEncode(note), kid, sig: '',
  };
  if (!isEvent(event)) throw new FormatError('not an event that can be signed');
  return { ...event, sig: await sign(await signedPart(event), pair) };
}

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

/**
 * Seal a note to the data key of the first version that event `n` is about.
 * @param {string} text @param {Bytes} dek @param {string} caseId @param {number} n
 */
export async function sealNote(text, dek, caseId, n, random = randomBytes) {
  const context = canonical(['sl1-note', caseId, n]);
  return aesSeal(await hkdf(dek, context), await pad(encodeAnswers([text])), context, random);
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
async function signedPart({ case: caseId, n, step, at, on, note, kid }) {
  const digest = note === null ? null : b64uEncode(await sha256(b64uDecode(note)));
  return ['ev1', caseId, n, step, at, on, digest, kid];
}

/** @param {Event} event */
function isEvent(event) {
  const { _id, type, case: caseId, n, step, at, on, note, kid, sig } = event;
  return (
    keysOf(event) === KEYS && type === 'event' && isCase(caseId) && isWhole(n) && n >= 1 && n <= 9999 &&
    _id === eventId(caseId, n) && isList(on, isV) && typeof step === 'string' && /^[a-z][a-z_]{1,31}$/.test(step) &&
    isWhole(at) && isKid(kid) && typeof sig === 'string' &&
    (note === null || (on.length > 0 && b64uDecode(note).length > 0))
  );
}
