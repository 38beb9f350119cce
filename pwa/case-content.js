/** What comes into a case that a device keeps, and how it is opened. */

import { b64uDecode } from './crypto/canonical.js';
import { openNote, verifyEvent } from './crypto/event-reading.js';
import { openVersion, openWrapAsHolder } from './crypto/open-own.js';
import { verify } from './crypto/verify.js';
import { caseOfVersion, vOf } from './crypto/version.js';

/** @typedef {import('./crypto/version.js').Version} Version */
/** @typedef {import('./crypto/event-reading.js').Event} Event */
/** @typedef {import('./crypto/key-list.js').KeyList} KeyList */
/** @typedef {import('./crypto/canonical.js').Bytes} Bytes */
/** @typedef {import('./case-record.js').Content} Content */
/** @typedef {import('./case-record.js').Holding} Holding */

/** Events are verified before they come here. @param {Content} content @param {Event[]} events @returns {Content} */
export function addEvents(content, events) {
  const byNumber = new Map([...events, ...content.events].map((event) => [event.n, event]));
  return { ...content, events: [...byNumber.values()].sort((one, other) => one.n - other.n) };
}

/** The number up to which no event is missing. @param {Content} content */
export function knownUpTo({ events }) {
  const gap = events.findIndex(({ n }, place) => n !== place + 1);
  return gap < 0 ? events.length : gap;
}

/**
 * Whether the office signed this step of this case.
 * @param {any} event @param {string} caseId @param {KeyList} keys
 */
export async function isSigned(event, caseId, keys) {
  const key = keys.find(event?.kid);
  if (key?.use !== 'office' || key.state === 'destroyed' || event.case !== caseId) return false;
  return verifyEvent(event, key.pub).then(() => true, () => false);
}

/**
 * The case that the office ended for who holds its code, erased or under a voided code, if it is signed so.
 * @param {any} mark @param {KeyList} keys
 * @returns {Promise<string | undefined>}
 */
export async function endedCase(mark, keys) {
  const key = keys.find(mark?.kid);
  if (key?.use !== 'office') return undefined;
  const [kind, caseId] = String(mark._id).split('.');
  const signed = isVoided(mark) ? ['code1', caseId, mark.to, mark.at] : ['gone1', caseId, mark.kid, mark.at];
  if (kind !== 'code' && kind !== 'gone') return undefined;
  return verify(signed, mark.sig, key.pub).then(() => caseId, () => undefined);
}

/** Whether a mark is about a code and not an erasure. @param {{_id: string}} mark */
export const isVoided = ({ _id }) => _id.startsWith('code.');

/**
 * The v of each version that no other replaces: what a correction names. What does not open replaces nothing: somebody
 * without the code may have made it.
 * @param {{v: string, type: string, prev: string[], groups: object | null}[]} opened
 */
export function standing(opened) {
  const own = opened.filter(({ type, groups }) => groups && type !== 'message');
  const replaced = new Set(own.flatMap(({ prev }) => prev));
  return own.map(({ v }) => v).filter((v) => !replaced.has(v));
}

/**
 * Open every version and note with the code's key; what does not open is shown without its text.
 * @param {Content} content
 */
export async function openContent({ open, versions, events }) {
  const deks = await Promise.all(versions.map(([version, wrap]) => dekOf(version, wrap, b64uDecode(open))));
  /** @param {string} v */
  const dekBy = (v) => deks[versions.findIndex(([version]) => vOf(version) === v)];
  return {
    versions: await Promise.all(versions.map(([version], place) => openedVersion(version, deks[place]))),
    events: await Promise.all(events.map(async (event) => openedEvent(event, dekBy(event.on[0])))),
  };
}

/** @param {Version} version @param {{t: string}} wrap @param {Bytes} open */
const dekOf = (version, wrap, open) => openWrapAsHolder(version, wrap, open).catch(() => null);

/** @param {Version} version @param {Bytes | null} dek */
async function openedVersion(version, dek) {
  const { _id: id, type, form, at, prev, area } = version;
  const groups = dek && (await openVersion(version, dek).catch(() => null));
  return { id, v: vOf(version), type, form, at, prev, area, groups };
}

/** @param {Event} event @param {Bytes | null | undefined} dek */
async function openedEvent({ case: caseId, n, step, at, on, note }, dek) {
  const text = note && dek ? await openNote(b64uDecode(note), dek, caseId, n).catch(() => null) : null;
  return { n, step, at, on, note: text, hasNote: note !== null };
}

/** @param {any} row @param {string} caseId @returns {row is Holding} */
export const isHolding = (row, caseId) =>
  typeof row?.[0]?._id === 'string' && caseOfVersion(row[0]) === caseId && typeof row[1]?.t === 'string';
