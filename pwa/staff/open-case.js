/**
 * Opening everything there is of a case. One version that does not open never hides the others: it is named with its
 * reason, and only what opened may say that it replaces something.
 */

import { fromAnswers } from '../answers.js';
import { endedCase } from '../case-content.js';
import { b64uDecode } from '../crypto/canonical.js';
import { GROUP as CONSENT } from '../day/consents.js';
import { openNote, verifyEvent } from '../crypto/events.js';
import { openVersion, openWrapAsOffice } from '../crypto/open.js';
import { spokenNumber } from '../crypto/receipt-code.js';
import { caseOfVersion, vOf } from '../crypto/version.js';

/** @typedef {import('../crypto/canonical.js').Bytes} Bytes */
/** @typedef {import('../crypto/events.js').Event} Event */
/** @typedef {import('../crypto/version.js').Version} Version */
/** @typedef {import('../crypto/version.js').Wrap} Wrap */
/** @typedef {import('../form.js').Answer} Answer */
/** @typedef {import('./keys.js').Keys} Keys */
/** @typedef {import('./answer-text.js').StaffForm} StaffForm */
/** @typedef {{_id: string, kid: string, to: string, at: number, sig: string}} VoidMark */
/**
 * @typedef {{versions: Version[], wraps: Record<string, Wrap>, events: Event[], voided?: VoidMark | null,
 *   work?: import('./staff-api.js').Kept | null, heard?: number,
 *   former?: (RawCase & {case: string})[]}} RawCase `former`: what is shown as one with it, the oldest first; `heard`: when
 *   (Unix seconds) the office told it and `work`
 */
/** @typedef {(service: string, name: string) => Promise<StaffForm | null>} FindForm */
/** @typedef {'erased' | 'no-key' | 'broken' | 'form-unknown'} Failure */
/**
 * @typedef {{v: string, version: Version, dek: Bytes | null, form: StaffForm | null,
 *   answers: Record<string, Answer> | null, consent: Answer[] | null, failure: Failure | null}} OpenedVersion
 * `dek` is there when the version is genuine, `answers` when it can also be read.
 */
/** @typedef {Event & {text: string | null, isGenuine: boolean}} OpenedEvent `text`: the note, null while shut */
/**
 * @typedef {{id: string, number: string, at: number, isGenuine: boolean, versions: OpenedVersion[],
 *   events: OpenedEvent[]}} FormerCase under a code that was voided at the time `at`
 * @typedef {{id: string, versions: OpenedVersion[], leaves: OpenedVersion[], events: OpenedEvent[], former: FormerCase[],
 *   isVoided: boolean}} OpenedCase `events` are the case's own, `versions` those of former cases too
 */

/**
 * @param {string} id
 * @param {RawCase} raw
 * @param {Keys} keys
 * @param {FindForm} findForm
 * @returns {Promise<OpenedCase>}
 */
export async function openCase(id, raw, keys, findForm) {
  const former = await Promise.all((raw.former ?? []).map((one) => openFormer(one, keys, findForm)));
  const { versions, events } = await openBoth(id, raw, keys, findForm);
  const before = former.filter(({ isGenuine }) => isGenuine).flatMap((one) => one.versions);
  return {
    id, versions: [...before, ...versions], leaves: leavesOf(versions), events, former, isVoided: Boolean(raw.voided),
  };
}

/** @param {string} id @param {RawCase} raw @param {Keys} keys @param {FindForm} findForm */
async function openBoth(id, { versions: sealed, wraps, events: signed }, keys, findForm) {
  const versions = await Promise.all(sealed.map((one) => openOne(id, one, wraps[one._id], keys, findForm)));
  versions.sort((one, other) => one.version.at - other.version.at || (one.v < other.v ? -1 : 1));
  const events = await Promise.all(signed.map((event) => openEvent(id, event, versions, keys)));
  return { versions, events };
}

/**
 * A case counts as the beginning of another only when the office signed so.
 * @param {RawCase & {case: string}} raw @param {Keys} keys @param {FindForm} findForm
 * @returns {Promise<FormerCase>}
 */
async function openFormer(raw, keys, findForm) {
  const { case: id, voided } = raw;
  const isGenuine = (await endedCase(voided, keys.list)) === id;
  const number = await spokenNumber(id);
  return { id, number, at: voided?.at ?? 0, isGenuine, ...(await openBoth(id, raw, keys, findForm)) };
}

/**
 * The versions that none supersedes, the latest first: those that a step is about.
 * @param {OpenedVersion[]} versions
 */
export function leavesOf(versions) {
  const genuine = versions.filter(({ dek, version }) => dek && version.type !== 'message');
  const replaced = new Set(genuine.flatMap(({ version }) => version.prev));
  return genuine.filter(({ v }) => !replaced.has(v)).reverse();
}

/**
 * Check an event's signature, and read its note with the key of the version that it names first.
 * @param {string} id @param {Event} event @param {OpenedVersion[]} versions @param {Keys} keys
 * @returns {Promise<OpenedEvent>}
 */
export async function openEvent(id, event, versions, keys) {
  const key = keys.list.find(event.kid);
  const isOffice = key !== undefined && key.use === 'office' && event.case === id;
  const isGenuine = isOffice && (await verifyEvent(event, key.pub).then(() => true, () => false));
  const dek = versions.find(({ v }) => v === event.on[0])?.dek;
  const isReadable = isGenuine && event.note !== null && dek;
  const text = isReadable ? await openNote(b64uDecode(event.note), dek, id, event.n).catch(() => null) : null;
  return { ...event, text, isGenuine };
}

/**
 * @param {string} id @param {Version} version @param {Wrap | undefined} wrap @param {Keys} keys
 * @param {FindForm} findForm
 * @returns {Promise<OpenedVersion>}
 */
async function openOne(id, version, wrap, keys, findForm) {
  const shut = { v: vOf(version), version, dek: null, form: null, answers: null, consent: null };
  if (!wrap) return { ...shut, failure: 'erased' };
  const kid = Object.keys(wrap).find((name) => keys.seal.has(name));
  if (!kid) return { ...shut, failure: 'no-key' };
  try {
    if (caseOfVersion(version) !== id) return { ...shut, failure: 'broken' };
    const pair = /** @type {import('../crypto/key-pair.js').PrivateKey} */ (keys.seal.get(kid));
    const dek = await openWrapAsOffice(version, wrap, kid, pair);
    const groups = await openVersion(version, dek);
    return { ...shut, dek, consent: groups[CONSENT] ?? null, ...(await read(version, groups, findForm)) };
  } catch {
    return { ...shut, failure: 'broken' };
  }
}

/**
 * @param {Version} version @param {Record<string, Answer[]>} groups @param {FindForm} findForm
 * @returns {Promise<{form: StaffForm | null, answers: Record<string, Answer> | null, failure: Failure | null}>}
 */
async function read(version, groups, findForm) {
  const form = await findForm(version.service, version.form).catch(() => null);
  const answers = form && groups[form.groups[0]];
  try {
    if (form && answers) return { form, answers: fromAnswers(form, answers), failure: null };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return { form: null, answers: null, failure: 'form-unknown' };
}
