/** Setting aside what does not open: it leaves the lists, and stays on the phone to be exported. Nothing is deleted. */

import { readAll, transact } from './db.js';
import { sealedFile } from './handing.js';
import { placeOf, putAside, readSealed } from './records.js';
import { OWN, idOf, profileInUse } from './vault.js';

/** @typedef {import('./records.js').Kind} Kind */
/** @typedef {import('./vault.js').VaultRecord} VaultRecord */
/** @typedef {{kind: Kind, id: string, at: number, row: VaultRecord}} Aside */

/** @param {Kind} kind @param {string} id @returns {Promise<boolean>} false when it is not there any more */
export async function setAside(kind, id, at = Date.now()) {
  const place = placeOf(await profileInUse(), id);
  return transact([kind], 'readwrite', (store) => {
    const found = store(kind).get(place);
    found.onsuccess = () => found.result && putAside(store(kind), found.result, at);
    return () => Boolean(found.result);
  });
}

/**
 * Put a record back among the others; false where another has taken its place, then it stays aside.
 * @param {Kind} kind @param {string} place where it lies
 * @returns {Promise<boolean>}
 */
export const putBack = (kind, place) =>
  transact([kind], 'readwrite', (store) => {
    const id = place.split('~')[0];
    const [row, other] = [store(kind).get(place), store(kind).get(id)];
    const isFree = () => Boolean(row.result) && !other.result;
    other.onsuccess = () => {
      if (!isFree()) return;
      const { aside, ...rest } = row.result;
      store(kind).put({ ...rest, id });
      store(kind).delete(place);
    };
    return isFree;
  });

/** What the profile in use has set aside, the newest first. @returns {Promise<Aside[]>} */
export async function listAside() {
  const [profile, drafts, cases, days] = await Promise.all([profileInUse(), readAll('drafts'), readAll('cases'), readAll('days')]);
  /** @param {Kind} kind @returns {(row: VaultRecord) => Aside} */
  const as = (kind) => (row) => ({ kind, id: idOf(row.id), at: row.at, row });
  return [...drafts.map(as('drafts')), ...cases.map(as('cases')), ...days.map(as('days'))]
    .filter(({ row: { p = OWN, aside } }) => aside && p === profile)
    .sort((one, other) => (other.row.aside ?? 0) - (one.row.aside ?? 0));
}

/** Give a record as it lies in the database, for one that does not open here. @param {Kind} kind @param {string} id */
export async function exportRecord(kind, id) {
  const row = await readSealed(kind, id);
  return row ? sealedFile(row) : new Blob();
}
