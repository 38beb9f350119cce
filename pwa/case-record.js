/** What a device keeps of a case, as plain values: sealed versions and the office's verified steps. */

import { b64uEncode } from './crypto/canonical.js';
import { MESSAGE, SENT } from './crypto/steps.js';

/** @typedef {import('./crypto/version.js').Version} Version */
/** @typedef {import('./crypto/version.js').Wrap} Wrap */
/** @typedef {import('./crypto/event-reading.js').Event} Event */
/** @typedef {[Version, {t: string}]} Holding */
/**
 * @typedef {{code: string, open: string, proof: string, service: string, title: string, versions: Holding[],
 *   events: Event[], seen: number, erased?: number, voided?: boolean, handed?: number, came?: number,
 *   typed?: {pesan: string, puas: string},
 *   booking?: import('./booking/bookings.js').Booking}} Content `typed`: a message that is not sent yet
 *   `came`: when the office got it, in seconds, where it was asked;
 *   `handed`: when a volunteer gave the code to its owner, and kept nothing that it opens
 */

/**
 * @param {{service: string, title: string}} of @param {string} code
 * @param {import('./crypto/receipt-code.js').CodeKeys} keys
 * @returns {Content}
 */
export const newContent = ({ service, title }, code, { open, proof }) => ({
  code, open: b64uEncode(open), proof, service, title, versions: [], events: [], seen: 0,
});

/** @param {Content} content @param {Version} version @param {Wrap} wrap @returns {Content} */
export const addVersion = (content, { _rev, ...version }, { t }) => ({
  ...content,
  versions: [...content.versions.filter(([other]) => other._id !== version._id), [version, { t }]],
});

/** The step that a case stands at. @param {Content} content */
export function standingStep({ events, versions }) {
  const last = events.findLast(({ step }) => step !== MESSAGE);
  return last ? { step: last.step, stepAt: last.at } : { step: SENT, stepAt: versions[0]?.[0].at ?? null };
}
