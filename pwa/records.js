/**
 * Encrypted records of `drafts` and `cases`, of the profile in use alone. Encryption takes a while and a transaction
 * waits for nobody, so a record is encrypted first and put only if its number is still the one it was read with;
 * otherwise everything once more.
 */

import { read, readAll, remove, transact, write } from './db.js';
import { GoneError, VaultError } from './device-errors.js';
import { OWN, idOf, openVault, profileInUse } from './vault.js';

/** @typedef {'drafts' | 'cases'} Kind */
/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./vault.js').VaultRecord} VaultRecord */
/** @typedef {{id: string, n: number, at: number}} Place */

/** Under which id a profile's record lies: two profiles of a phone may have the same case. @param {string} profile @param {string} id */
export const placeOf = (profile, id) => (profile === OWN ? id : `${profile}.${id}`);

/** @param {Kind} kind @param {string} id @param {object} value */
export async function createRecord(kind, id, value) {
  const vault = await openVault();
  await write(kind, await vault.encrypt(placeOf(vault.profile, id), 1, value));
}

/**
 * Read a record with its number; throws `GoneError` or `VaultError`.
 * @param {Kind} kind @param {string} id
 * @returns {Promise<any>}
 */
export async function readRecord(kind, id) {
  const vault = await openVault();
  const record = await read(kind, placeOf(vault.profile, id));
  if (!record) throw new GoneError();
  return opened(record, vault);
}

/**
 * Read every record that was not set aside; one that does not open says why in `problem` and stays where it is.
 * @param {Kind} kind @param {() => Promise<Vault>} open how to come by the vault
 * @returns {Promise<any[]>}
 */
export async function listRecords(kind, open = openVault) {
  const opening = open();
  await opening.catch(unlessClosed);
  const profile = await profileInUse();
  const own = (await readAll(kind)).filter(({ p = OWN, aside }) => p === profile && !aside);
  return Promise.all(own.map((record) => opening.then((vault) => opened(record, vault)).catch((error) => problem(record, error))));
}

/**
 * Change a record; `change` gives the new value, or undefined to leave it. It is called anew when another tab was
 * faster, then with the time of that tab's change.
 * @param {Kind} kind @param {string} id
 * @param {(value: any, overtakenAt: number) => any} change
 * @param {number} [at] @param {() => Promise<Vault>} open how to come by the vault
 * @returns {Promise<boolean>} whether it was changed
 */
export async function updateRecord(kind, id, change, at = Date.now(), open = openVault) {
  const vault = await open();
  const place = placeOf(vault.profile, id);
  for (let overtakenAt = 0; ; ) {
    const old = await read(kind, place);
    if (!old) throw new GoneError();
    const value = change(await vault.decrypt(old), overtakenAt && old.at);
    if (value === undefined) return false;
    if (await replace(kind, await vault.encrypt(place, old.n + 1, value, at, old))) return true;
    overtakenAt = 1;
  }
}

/** Give a record as it lies there, of the profile in use. @param {Kind} kind @param {string} id @returns {Promise<VaultRecord | undefined>} */
export const readSealed = async (kind, id) => read(kind, placeOf(await profileInUse(), id));

/** @param {Kind} kind @param {string} id */
export const removeRecord = async (kind, id) => remove(kind, placeOf(await profileInUse(), id));

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

/** @param {VaultRecord} record @param {Vault} vault */
async function opened(record, vault) {
  const { id, n, at } = record;
  return { ...(await vault.decrypt(record)), id: idOf(id), n, at };
}

/** @param {unknown} error */
function unlessClosed(error) {
  if (!(error instanceof VaultError)) throw error;
}

/** @param {VaultRecord} record @param {unknown} error */
function problem({ id, at }, error) {
  unlessClosed(error);
  return { id: idOf(id), at, problem: /** @type {VaultError} */ (error).reason };
}
