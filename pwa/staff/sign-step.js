/** Signing the next step of a case: numbered after the last one, its note sealed to the version that it names first. */

import { sealNote, signEvent } from '../crypto/events.js';

/** @typedef {import('../crypto/events.js').Event} SignedEvent */
/** @typedef {import('./keys.js').Keys} Keys */
/** @typedef {import('./open-case.js').OpenedCase} OpenedCase */
/** @typedef {import('./open-case.js').OpenedVersion} OpenedVersion */

/** The number that the next step gets. @param {Pick<OpenedCase, 'events'>} opened */
export const nextNumber = ({ events }) => Math.max(0, ...events.map(({ n }) => n)) + 1;

/**
 * @param {Pick<OpenedCase, 'id' | 'events'>} opened @param {Keys} keys which can sign
 * @param {{step: string, text: string, about: OpenedVersion[], also?: OpenedVersion[]}} wanted
 * `about` are versions that stand, `also` messages that it answers
 * @returns {Promise<SignedEvent>}
 */
export async function signStep(opened, keys, { step, text, about, also = [] }) {
  const n = nextNumber(opened);
  const dek = about[0]?.dek;
  const note = text && dek ? await sealNote(text, dek, opened.id, n) : null;
  const key = /** @type {NonNullable<Keys['signing']>} */ (keys.signing);
  return signEvent({ case: opened.id, n, step, at: Math.floor(Date.now() / 1000), on: [...about, ...also].map(({ v }) => v), note, ...key });
}
