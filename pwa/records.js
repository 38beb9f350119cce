/**
 * Encrypted records of `drafts`, `cases` and `days`, of the profile in use alone. Encryption takes a while and a transaction
 * waits for nobody, so a record is encrypted first and put only if its number is still the one it was read with;
 * otherwise everything once more.
 */

import { drops, read, readAll, transact } from './db.js';
import { GoneError, VaultError } from './device-errors.js';
import { OWN, fence, idOf, openVault, profileInUse, takeVault, vaultAtHand } from './vault.js';

/** @typedef {'drafts' | 'cases' | 'days'} Kind */
/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./vault.js').VaultRecord} VaultRecord */
/** @typedef {{id: string, n: number, at: number}} Place */

/** Under which id a profile's record lies: two profiles of a phone may have the same case. @param {string} profile @param {string} id */
export const placeOf = (profile, id) => (profile === OWN ? id : `${profile}.${id}`);

/** What lies there already, and does not open, is set aside. @param {Kind} kind @param {string} id @param {object} value */
export const createRecord = (kind, id, value) =>
  withVault(openVault, async (vault) => {
    const record = await vault.encrypt(placeOf(vault.profile, id), 1, value);
    await transact([kind, 'profiles'], 'readwrite', (store, fail) => {
      fence(store, fail, vault);
      const old = store(kind).get(record.id);
      old.onsuccess = () => {
        if (old.result) putAside(store(kind), old.result, Date.now());
        store(kind).put(record);
      };
    });
  });

/**
 * Do the work with the vault; once more, without asking anybody, with that of now where its key was replaced meanwhile.
 * @template T
 * @param {() => Promise<Vault>} open @param {(vault: Vault) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withVault(open, work) {
  const vault = await open();
  try {
    return await work(vault);
  } catch (error) {
    if (vault.drops === drops && ((await read('profiles', vault.profile))?.n ?? 0) === vault.n) throw error;
    takeVault();
    return withVault(vaultAtHand, work);
  }
}

/** Move a record out of the way of a new one with the same id. @param {IDBObjectStore} store @param {VaultRecord} row @param {number} at */
export function putAside(store, row, at) {
  store.put({ ...row, id: `${row.id}~${at}`, aside: at });
  store.delete(row.id);
}

/**
 * Read a record with its number; throws `GoneError` or `VaultError`.
 * @param {Kind} kind @param {string} id @param {() => Promise<VaultRecord[]>} [rows] where it may be among
 * @returns {Promise<any>}
 */
export async function readRecord(kind, id, rows) {
  const vault = await openVault();
  const place = placeOf(vault.profile, id);
  const record = (await rows?.())?.find((row) => row.id === place) ?? (await read(kind, place));
  if (!record) throw new GoneError();
  return opened(record, vault);
}

/**
 * Read every record that was not set aside; one that does not open says why in `problem` and stays where it is.
 * @param {Kind} kind @param {() => Promise<Vault>} open how to come by the vault
 * @param {() => Promise<VaultRecord[]>} rows which, in place of all
 * @returns {Promise<any[]>}
 */
export async function listRecords(kind, open = openVault, rows = () => readAll(kind)) {
  const opening = open();
  await opening.catch(unlessClosed);
  const profile = await profileInUse();
  const own = (await rows()).filter(({ p = OWN, aside }) => p === profile && !aside);
  return Promise.all(own.map((record) => opening.then((vault) => opened(record, vault)).catch((error) => problem(record, error))));
}

/**
 * Change a record; `change` gives the new value, or undefined to leave it. It is called anew when another tab was
 * faster, then with the time of that tab's change.
 * @param {Kind} kind @param {string} id
 * @param {(value: any, overtakenAt: number) => any} change
 * @param {number | null} [at] when; null leaves that as it was @param {() => Promise<Vault>} open how to come by the vault
 * @returns {Promise<boolean>} whether it was changed
 */
export const updateRecord = (kind, id, change, at = Date.now(), open = openVault) =>
  withVault(open, async (vault) => {
    const place = placeOf(vault.profile, id);
    for (let overtakenAt = 0; ; ) {
      const old = await read(kind, place);
      if (!old) throw new GoneError();
      const value = change(await vault.decrypt(old), overtakenAt && old.at);
      if (value === undefined) return false;
      if (await replace(kind, await vault.encrypt(place, old.n + 1, value, at ?? old.at, old), vault)) return true;
      overtakenAt = 1;
    }
  });

/** Give a record as it lies there, of the profile in use. @param {Kind} kind @param {string} id @returns {Promise<VaultRecord | undefined>} */
export const readSealed = async (kind, id) => read(kind, placeOf(await profileInUse(), id));

/** Remove a record, with the pictures of a draft: their keys are in it. @param {Kind} kind @param {string} id @returns {Promise<void>} */
export async function removeRecord(kind, id) {
  const place = placeOf(await profileInUse(), id);
  return transact([kind, 'images'], 'readwrite', (store) => {
    store(kind).delete(place);
    store('images').delete(IDBKeyRange.bound(`${id}-`, `${id}.`));
  });
}

/** @param {Kind} kind @param {VaultRecord} record @param {Vault} vault @returns {Promise<boolean>} */
function replace(kind, record, vault) {
  return transact([kind, 'profiles'], 'readwrite', (store, fail) => {
    fence(store, fail, vault);
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
