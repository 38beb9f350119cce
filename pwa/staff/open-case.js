/**
 * Opening everything there is of a case. One version that does not open never hides the others: it is named with its
 * reason, and only what opened may say that it replaces something.
 */

import { fromAnswers } from '../answers.js';
import { b64uDecode } from '../crypto/canonical.js';
import { openNote, verifyEvent } from '../crypto/events.js';
import { openVersion, openWrapAsOffice } from '../crypto/open.js';
import { caseOfVersion, vOf } from '../crypto/version.js';

/** @typedef {import('../crypto/canonical.js').Bytes} Bytes */
/** @typedef {import('../crypto/events.js').Event} Event */
/** @typedef {import('../crypto/version.js').Version} Version */
/** @typedef {import('../crypto/version.js').Wrap} Wrap */
/** @typedef {import('../form.js').Answer} Answer */
/** @typedef {import('./keys.js').Keys} Keys */
/** @typedef {import('./answer-text.js').StaffForm} StaffForm */
/** @typedef {{versions: Version[], wraps: Record<string, Wrap>, events: Event[]}} RawCase */
/** @typedef {(service: string, name: string) => Promise<StaffForm | null>} FindForm */
/** @typedef {'erased' | 'no-key' | 'broken' | 'form-unknown'} Failure */
/**
 * @typedef {{v: string, version: Version, dek: Bytes | null, form: StaffForm | null,
 *   answers: Record<string, Answer> | null, failure: Failure | null}} OpenedVersion
 * `dek` is there when the version is genuine, `answers` when it can also be read.
 */
/** @typedef {Event & {text: string | null, isGenuine: boolean}} OpenedEvent `text`: the note, null while shut */
/** @typedef {{id: string, versions: OpenedVersion[], leaves: OpenedVersion[], events: OpenedEvent[]}} OpenedCase */

/**
 * @param {string} id
 * @param {RawCase} raw
 * @param {Keys} keys
 * @param {FindForm} findForm
 * @returns {Promise<OpenedCase>}
 */
export async function openCase(id, { versions: sealed, wraps, events }, keys, findForm) {
  const versions = await Promise.all(sealed.map((one) => openOne(id, one, wraps[one._id], keys, findForm)));
  versions.sort((one, other) => one.version.at - other.version.at || (one.v < other.v ? -1 : 1));
  const opened = await Promise.all(events.map((event) => openEvent(id, event, versions, keys)));
  return { id, versions, leaves: leavesOf(versions), events: opened };
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
  const shut = { v: vOf(version), version, dek: null, form: null, answers: null };
  if (!wrap) return { ...shut, failure: 'erased' };
  const kid = Object.keys(wrap).find((name) => keys.seal.has(name));
  if (!kid) return { ...shut, failure: 'no-key' };
  try {
    if (caseOfVersion(version) !== id) return { ...shut, failure: 'broken' };
    const pair = /** @type {import('../crypto/key-pair.js').PrivateKey} */ (keys.seal.get(kid));
    const dek = await openWrapAsOffice(version, wrap, kid, pair);
    const groups = await openVersion(version, dek);
    return { ...shut, dek, ...(await read(version, groups, findForm)) };
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
