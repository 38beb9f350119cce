/**
 * Re-wrapping for the key in use: the new entry is added, read back and tried on the version itself, and only then does
 * the old one go. Whatever does not open is left as it is and counted; what was cut off goes on the next time.
 */

import { b64uDecode, b64uEncode } from '../crypto/canonical.js';
import { OpenError, opening } from '../crypto/errors.js';
import { hpkeOpen, hpkeSeal } from '../crypto/hpke.js';
import { openVersion, openWrapAsOffice } from '../crypto/open.js';
import { caseOfVersion, wrapInfo } from '../crypto/version.js';

/** @typedef {import('../crypto/version.js').Version} Version */
/** @typedef {import('../crypto/version.js').Wrap} Wrap */
/** @typedef {import('./keys.js').Keys} Keys */
/** @typedef {import('./staff-api.js').StaffApi} StaffApi */
/** @typedef {{version: Version, wrap: Wrap, rev: string}} Row */
/** @typedef {{done: number, left: number, failed: string[]}} Progress */

const HOLDER = 't';

/**
 * Re-wrap everything that is due.
 * @param {StaffApi} api @param {Keys} keys @param {(progress: Progress) => void} tell @param {AbortSignal} signal
 * @returns {Promise<Progress>}
 */
export async function rotate(api, keys, tell, signal) {
  /** @type {Progress} */
  const progress = { done: 0, left: 0, failed: [] };
  /** @type {string | null} */
  let after = '';
  while (after !== null) {
    signal.throwIfAborted();
    const { rows, next, left } = await api.unwrapped(after);
    progress.left = left ?? progress.left;
    tell(progress);
    const failed = await rotateSome(api, keys, rows);
    progress.failed.push(...failed);
    progress.done += rows.length - failed.length;
    tell(progress);
    after = next;
  }
  await api.endRotation();
  return progress;
}

/** @param {StaffApi} api @param {Keys} keys @param {Row[]} rows @returns {Promise<string[]>} ids of what was left as it is */
async function rotateSome(api, keys, rows) {
  const target = /** @type {import('../crypto/keyring.js').ListedKey} */ (keys.list.primary('seal'));
  const added = await Promise.all(rows.map((row) => addEntry(row, keys, target).catch(unlessShut)));
  const known = rows.flatMap((row, at) => (added[at] ? [{ ...row, wrap: added[at] }] : []));
  const stored = await send(api, known);
  const proved = await Promise.all(stored.map((row) => isReadable(row, keys, target.kid)));
  const only = stored.filter((_, at) => proved[at]).map((row) => ({ ...row, wrap: onlyEntry(row.wrap, target.kid) }));
  const done = new Set((await send(api, only)).map(({ version }) => version._id));
  return rows.map(({ version }) => version._id).filter((id) => !done.has(id));
}

/**
 * The wrap with an entry for `target` beside the old ones.
 * @param {Row} row @param {Keys} keys @param {import('../crypto/keyring.js').ListedKey} target
 * @returns {Promise<Wrap>}
 */
export async function addEntry({ version, wrap }, keys, target) {
  if (wrap[target.kid]) return wrap;
  const kid = Object.keys(wrap).find((name) => keys.seal.has(name));
  if (!kid) throw new OpenError();
  const pair = /** @type {import('../crypto/key-pair.js').PrivateKey} */ (keys.seal.get(kid));
  await openWrapAsOffice(version, wrap, kid, pair); // what its holder did not make is not made ours
  const { type } = version;
  const info = (/** @type {string} */ name) => wrapInfo(type, caseOfVersion(version), name);
  const plain = await opening(() => hpkeOpen(b64uDecode(wrap[kid]), pair, info(kid)));
  return { ...wrap, [target.kid]: b64uEncode(await hpkeSeal(plain, target.pub, info(target.kid))) };
}

/** @param {Row} row @param {Keys} keys @param {string} kid */
async function isReadable({ version, wrap }, keys, kid) {
  const pair = keys.seal.get(kid);
  if (!pair) return false;
  try {
    await openVersion(version, await openWrapAsOffice(version, wrap, kid, pair));
    return true;
  } catch (error) {
    return unlessShut(error) ?? false;
  }
}

/** @param {StaffApi} api @param {Row[]} rows @returns {Promise<Row[]>} those that were stored, with their new revisions */
async function send(api, rows) {
  if (!rows.length) return [];
  const { rows: answers } = await api.rewrap(rows.map(({ version, rev, wrap }) => [version._id, rev, wrap]));
  return rows.flatMap((row, at) => (answers[at][1] === 'ok' ? [{ ...row, rev: answers[at][2] }] : []));
}

/** @param {Wrap} wrap @param {string} kid @returns {Wrap} */
const onlyEntry = (wrap, kid) => ({ [kid]: wrap[kid], ...(wrap[HOLDER] && { [HOLDER]: wrap[HOLDER] }) });

/** @param {unknown} error @returns {null} */
function unlessShut(error) {
  if (error instanceof OpenError) return null;
  throw error;
}
