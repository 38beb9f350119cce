/**
 * Encrypted records of `drafts` and `cases`. Encryption takes a while and a transaction waits for nobody, so a record
 * is encrypted first and put only if its number is still the one it was read with; otherwise everything once more.
 */

import { read, readAll, transact, write } from './db.js';
import { GoneError, VaultError } from './device-errors.js';
import { openVault } from './vault.js';

/** @typedef {'drafts' | 'cases'} Kind */
/** @typedef {import('./vault.js').VaultRecord} VaultRecord */
/** @typedef {{id: string, n: number, at: number}} Place */

/** @param {Kind} kind @param {string} id @param {object} value */
export async function createRecord(kind, id, value) {
  await write(kind, await (await openVault()).encrypt(id, 1, value));
}

/**
 * Read a record with its number; throws `GoneError` or `VaultError`.
 * @param {Kind} kind @param {string} id
 * @returns {Promise<any>}
 */
export async function readRecord(kind, id) {
  const record = await read(kind, id);
  if (!record) throw new GoneError();
  return opened(record);
}

/**
 * Read every record; one that does not open says why in `problem` and stays where it is.
 * @param {Kind} kind
 * @returns {Promise<any[]>}
 */
export async function listRecords(kind) {
  const records = await readAll(kind);
  return Promise.all(records.map((record) => opened(record).catch((error) => problem(record, error))));
}

/**
 * Change a record; `change` gives the new value, or undefined to leave it. It is called anew when another tab was
 * faster, then with the time of that tab's change.
 * @param {Kind} kind @param {string} id
 * @param {(value: any, overtakenAt: number) => any} change
 * @returns {Promise<boolean>} whether it was changed
 */
export async function updateRecord(kind, id, change, at = Date.now()) {
  const vault = await openVault();
  for (let overtakenAt = 0; ; ) {
    const old = await read(kind, id);
    if (!old) throw new GoneError();
    const value = change(await vault.decrypt(old), overtakenAt && old.at);
    if (value === undefined) return false;
    if (await replace(kind, await vault.encrypt(id, old.n + 1, value, at))) return true;
    overtakenAt = 1;
  }
}

/** @param {Kind} kind @param {VaultRecord} record @returns {Promise<boolean>} */
function replace(kind, record) {
  return transact([kind], 'readwrite', (store, fail) => {
    const found = store(kind).get(record.id);
    const isNext = () => found.result?.n === record.n - 1;
    found.onsuccess = () => {
      if (!found.result) fail(new GoneError());
      else if (isNext()) store(kind).put(record);
    };
    return isNext;
  });
}

/** @param {VaultRecord} record */
async function opened(record) {
  const { id, n, at } = record;
  return { ...(await (await openVault()).decrypt(record)), id, n, at };
}

/** @param {VaultRecord} record @param {unknown} error */
function problem({ id, at }, error) {
  if (!(error instanceof VaultError)) throw error;
  return { id, at, problem: error.reason };
}
