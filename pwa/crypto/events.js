/** Events: the office's signed steps of a case and their notes; with event-reading.js the twin of sync/events.py. */

import { encodeAnswers } from './answers.js';
import { b64uEncode, canonical } from './canonical.js';
import { aesSeal, hkdf, randomBytes } from './cipher.js';
import { FormatError } from './errors.js';
import { eventId, isEvent, signedPart } from './event-reading.js';
import { sign } from './key-pair.js';
import { pad } from './padding.js';

export { eventId, openNote, verifyEvent } from './event-reading.js';
export { MESSAGE, SENT } from './steps.js';

/** @typedef {import('./canonical.js').Bytes} Bytes */
/** @typedef {import('./event-reading.js').Event} Event */

export const STEPS = [
  'perlu_perbaikan', 'berkas_lengkap', 'menunggu_pembayaran', 'dibayar', 'kedaluwarsa', 'terjadwal',
  'biometrik_wawancara', 'adjudikasi', 'dicetak', 'siap_diambil', 'diserahkan', 'ditolak', 'ditangguhkan',
  'dibatalkan', 'bap', 'pesan',
];

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
 * Seal a note to the data key of the first version that event `n` is about.
 * @param {string} text @param {Bytes} dek @param {string} caseId @param {number} n
 */
export async function sealNote(text, dek, caseId, n, random = randomBytes) {
  const context = canonical(['sl1-note', caseId, n]);
  return aesSeal(await hkdf(dek, context), await pad(encodeAnswers([text])), context, random);
}
