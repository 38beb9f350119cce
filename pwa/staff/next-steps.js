/** Which steps usually follow which state, and which ones say nothing to an applicant without a note. */

import { MESSAGE, SENT, STEPS } from '../crypto/events.js';

const PAYMENT = ['menunggu_pembayaran', 'perlu_perbaikan', 'terjadwal'];
/** @type {Record<string, string[]>} */
const USUAL = {
  [SENT]: ['berkas_lengkap', 'perlu_perbaikan'],
  perlu_perbaikan: ['berkas_lengkap', 'perlu_perbaikan', 'dibatalkan'],
  berkas_lengkap: PAYMENT,
  menunggu_pembayaran: ['dibayar', 'kedaluwarsa'],
  dibayar: ['terjadwal', 'biometrik_wawancara'],
  kedaluwarsa: ['menunggu_pembayaran', 'dibatalkan'],
  terjadwal: ['biometrik_wawancara', 'terjadwal', 'dibatalkan'],
  biometrik_wawancara: ['adjudikasi', 'menunggu_pembayaran', 'bap'],
  adjudikasi: ['dicetak', 'ditangguhkan', 'ditolak'],
  dicetak: ['siap_diambil'],
  siap_diambil: ['diserahkan'],
  ditangguhkan: ['adjudikasi', 'bap', 'ditolak'],
  bap: ['adjudikasi', 'ditangguhkan', 'ditolak'],
};

/** Steps whose meaning is in the note: what to correct, why not, until when. */
export const NEEDS_NOTE = ['perlu_perbaikan', 'ditolak', 'ditangguhkan', MESSAGE];

/** Every step in two lists: the usual ones after a state, then the others. @param {string} state */
export function stepsAfter(state) {
  const usual = [...(USUAL[state] ?? []), MESSAGE];
  return { usual, others: STEPS.filter((step) => !usual.includes(step)) };
}

/** Where a case stands after these events. @param {{step: string}[]} events */
export const stateAfter = (events) => events.findLast(({ step }) => step !== MESSAGE)?.step ?? SENT;
