/** Which steps usually follow which state, and which ones say nothing to an applicant without a note. */

import { holds } from '../answers.js';
import { MESSAGE, SENT, STEPS } from '../crypto/events.js';
import { dayAt } from '../pins.js';

/** @typedef {import('./answer-text.js').StaffForm} StaffForm */
/** @typedef {{own?: string[], isBapFirst?: boolean}} Way `own`: the steps of a form that has its own */

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
/**
 * Where the examination (BAP) comes first, as for a lost passport: papers, then that, and what is approved is paid.
 * @type {Record<string, string[]>}
 */
const USUAL_WITH_BAP = {
  ...USUAL,
  [SENT]: [...USUAL[SENT], 'bap'],
  berkas_lengkap: ['bap', 'perlu_perbaikan', 'terjadwal'],
  terjadwal: [...USUAL.terjadwal, 'bap'],
  bap: ['menunggu_pembayaran', 'terjadwal', ...USUAL.bap],
};

const CLASSES = ['aduan_pengaduan', 'aduan_informasi', 'aduan_aspirasi'];
const WORK = ['aduan_dijawab', 'aduan_menunggu', 'aduan_diteruskan'];
/** Of complaints: first which class it is, by which its deadline goes. @type {Record<string, string[]>} */
const USUAL_OF_COMPLAINTS = {
  [SENT]: CLASSES,
  aduan_pengaduan: ['aduan_lapangan', ...WORK],
  aduan_menunggu: ['aduan_dijawab', ...CLASSES],
  aduan_diteruskan: ['aduan_dijawab', 'aduan_ditutup'],
};

const ACCEPTED = 'kegiatan_diterima';
/** @type {Record<string, string[]>} */
const USUAL_OF_EVENTS = { [SENT]: [ACCEPTED, 'ditolak'], [ACCEPTED]: ['kegiatan_selesai', 'dibatalkan'] };

/** Of a case whose form has steps of its own. @param {string} state @param {string[]} own */
function usualOf(state, own) {
  if (own.includes(CLASSES[0])) return USUAL_OF_COMPLAINTS[state] ?? WORK;
  return own.includes(ACCEPTED) ? USUAL_OF_EVENTS[state] ?? [] : own;
}

/** Steps whose meaning is in the note: what to correct, why not, until when, to whom. */
export const NEEDS_NOTE = [
  'perlu_perbaikan', 'ditolak', 'ditangguhkan', MESSAGE, ACCEPTED, 'aduan_dijawab', 'aduan_menunggu', 'aduan_diteruskan', 'aduan_ditutup',
];

/**
 * Every step in two lists: the usual ones after a state, then the others.
 * @param {string} state @param {Way} [way]
 */
export function stepsAfter(state, { own = [], isBapFirst = false } = {}) {
  const ofDocuments = isBapFirst ? USUAL_WITH_BAP : USUAL;
  const usual = [...(own.length ? usualOf(state, own) : ofDocuments[state] ?? []), MESSAGE];
  return { usual, others: (own.length ? own : STEPS).filter((step) => !usual.includes(step)) };
}

/** Which way a case goes, by its forms and by what was answered. @param {import('./open-case.js').OpenedCase} opened */
export const wayOf = ({ versions, leaves }) =>
  ({ own: versions.find(({ form }) => form?.steps)?.form?.steps, isBapFirst: leaves.some(isAskedForBap) });

/** Which ways the cases of a form may go. @param {StaffForm} form @returns {Way[]} */
export const waysOf = (form) => (bapFields(form).length ? [false, true] : [false]).map((isBapFirst) => ({ own: form.steps, isBapFirst }));

/** What a form asks for the BAP: its section of that name. @param {StaffForm | null} form */
const bapFields = (form) => form?.sections.find(({ id }) => id === 'bap')?.fields ?? [];

/** Whether any of that is asked of who answered so. @param {import('./open-case.js').OpenedVersion} leaf */
const isAskedForBap = ({ form, answers, version }) =>
  answers !== null && bapFields(form).some(({ when }) => !when || holds(when, answers, { today: dayAt(version.at) }));

/** Where a case stands after these events. @param {{step: string}[]} events */
export const stateAfter = (events) => events.findLast(({ step }) => step !== MESSAGE)?.step ?? SENT;
