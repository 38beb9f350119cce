/** Setting aside what does not open: it leaves the lists, and stays on the phone to be exported. Nothing is deleted. */

import { readAll, transact } from './db.js';
import { sealedFile } from './handing.js';
import { readSealed } from './records.js';
import { OWN, idOf, profileInUse } from './vault.js';

/** @typedef {import('./records.js').Kind} Kind */
/** @typedef {import('./vault.js').VaultRecord} VaultRecord */

/** Move a record out of the way of a new one with the same id. @param {IDBObjectStore} store @param {VaultRecord} row @param {number} at */
export function putAside(store, row, at) {
  store.put({ ...row, id: `${row.id}~${at}`, aside: at });
  store.delete(row.id);
}

/** @param {Kind} kind @param {string} id @returns {Promise<void>} */
export async function setAside(kind, id, at = Date.now()) {
  const row = await readSealed(kind, id);
  if (row) await transact([kind], 'readwrite', (store) => putAside(store(kind), row, at));
}

/** What the profile in use has set aside, the newest first. @returns {Promise<{id: string, at: number, row: VaultRecord}[]>} */
export async function listAside() {
  const [profile, drafts, cases] = await Promise.all([profileInUse(), readAll('drafts'), readAll('cases')]);
  return [...drafts, ...cases]
    .filter(({ p = OWN, aside }) => aside && p === profile)
    .sort((one, other) => other.aside - one.aside)
    .map((row) => ({ id: idOf(row.id), at: row.at, row }));
}

/** Give a record as it lies in the database, for one that does not open here. @param {Kind} kind @param {string} id */
export async function exportRecord(kind, id) {
  const row = await readSealed(kind, id);
  return row ? sealedFile(row) : new Blob();
}
