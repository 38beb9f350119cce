/**
 * The device's database. This module alone knows its stores and how they came to be. An upgrade only ever adds, so that
 * an older page that is still open goes on saving.
 */

import { StorageError } from './device-errors.js';

/** @typedef {'drafts' | 'outbox' | 'cases' | 'meta' | 'profiles' | 'images' | 'files' | 'days'} StoreName */
/** @typedef {(name: StoreName) => IDBObjectStore} Stores */

const NAME = 'rantau';
const VERSION = 4;

/** @type {Promise<IDBDatabase> | undefined} */
let opened;
let isKnown = false;

/** How often the browser dropped the database under this page: a key from before opens nothing that is written since. */
export let drops = 0;

/**
 * Run `work` in one transaction; resolves, with what the function that it gave says then, once all of it is on disk.
 * `work` only makes requests: whoever awaits in it ends the transaction. Calling `fail` undoes everything.
 * @template T
 * @param {StoreName[]} names
 * @param {IDBTransactionMode} mode
 * @param {(store: Stores, fail: (error: Error) => void) => (() => T) | void} work
 * @returns {Promise<T>}
 */
export async function transact(names, mode, work) {
  const before = drops;
  const once = async () => {
    const db = await open();
    if (drops > before) throw new StorageError('dropped');
    return attempt(db, names, mode, work);
  };
  return once().catch((error) => {
    if (!isNamed(error, 'InvalidStateError')) throw error;
    opened = undefined; // the connection was closed under us, for a newer page or by the browser
    return once();
  }).catch((error) => Promise.reject(storageError(error)));
}

/** @param {StoreName} name @param {string} key @returns {Promise<any>} */
export function read(name, key) {
  return transact([name], 'readonly', (store) => {
    const request = store(name).get(key);
    return () => request.result;
  });
}

/** @param {StoreName} name @returns {Promise<any[]>} */
export function readAll(name) {
  return transact([name], 'readonly', (store) => {
    const request = store(name).getAll();
    return () => request.result;
  });
}

/** @param {StoreName} name @param {object} row @returns {Promise<void>} */
export const write = (name, row) => transact([name], 'readwrite', (store) => void store(name).put(row));

/** @param {StoreName} name @param {string} key @returns {Promise<void>} */
export const remove = (name, key) => transact([name], 'readwrite', (store) => void store(name).delete(key));

/**
 * Change a row that is there; `change` gives the new row, or undefined to leave it.
 * @param {StoreName} name @param {string} key @param {(row: any) => any} change
 * @returns {Promise<boolean>} whether it was changed
 */
export function amend(name, key, change) {
  return transact([name], 'readwrite', (store) => {
    let isChanged = false;
    const request = store(name).get(key);
    request.onsuccess = () => {
      const row = request.result && change(request.result);
      if (row) store(name).put(row);
      isChanged = Boolean(row);
    };
    return () => isChanged;
  });
}

/**
 * @template T
 * @param {IDBDatabase} db @param {StoreName[]} names @param {IDBTransactionMode} mode
 * @param {(store: Stores, fail: (error: Error) => void) => (() => T) | void} work
 * @returns {Promise<T>}
 */
function attempt(db, names, mode, work) {
  return new Promise((resolve, reject) => {
    // Written is what survives the battery falling out, which the browsers' default is not.
    const transaction = db.transaction(names, mode, { durability: 'strict' });
    /** @type {Error | undefined} */
    let failure;
    transaction.onabort = () => reject(failure ?? transaction.error);
    const fail = (/** @type {any} */ error) => {
      failure = error;
      transaction.abort();
    };
    /** @type {(() => T) | void} */
    let give;
    try {
      give = work((name) => transaction.objectStore(name), fail);
    } catch (error) {
      fail(error); // or what it had put before would stay
    }
    transaction.oncomplete = () => resolve(/** @type {T} */ (give?.()));
  });
}

function open() {
  opened ??= connect(VERSION).catch((error) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

/** @param {number} [version] @returns {Promise<IDBDatabase>} */
function connect(version) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, version);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (isKnown && !oldVersion) drops += 1;
      upgrade(request.result, oldVersion, /** @type {IDBTransaction} */ (request.transaction));
    };
    request.onblocked = () => reject(new StorageError('blocked'));
    request.onsuccess = () => {
      isKnown = true;
      resolve(watched(request.result));
    };
    request.onerror = () => {
      // A newer app was here. Its stores are ours and more.
      if (version && isNamed(request.error, 'VersionError')) resolve(connect());
      else reject(request.error);
    };
  });
}

/** @param {IDBDatabase} db @param {number} from @param {IDBTransaction} transaction */
function upgrade(db, from, transaction) {
  if (from < 1) {
    for (const name of ['drafts', 'outbox', 'cases']) db.createObjectStore(name, { keyPath: 'id' });
    db.createObjectStore('meta', { keyPath: 'name' });
  }
  if (from < 2) db.createObjectStore('profiles', { keyPath: 'id' });
  if (from < 3) for (const name of ['images', 'files']) db.createObjectStore(name, { keyPath: 'id' });
  if (from < 4) {
    db.createObjectStore('days', { keyPath: 'id' });
    // By these a phone with thousands of records finds the few that it shows.
    for (const [name, key] of [['cases', 'at'], ['outbox', 'case']]) transaction.objectStore(name).createIndex(key, key);
  }
}

/** @param {IDBDatabase} db */
function watched(db) {
  db.onversionchange = () => {
    db.close(); // it waits for what is being saved; the next save opens the upgraded database
    opened = undefined;
  };
  db.onclose = () => {
    opened = undefined;
  };
  return db;
}

/** What the browser says as what people are told; anything else is as it is. @param {unknown} error */
function storageError(error) {
  if (error && !(error instanceof DOMException)) return error;
  if (isNamed(error, 'QuotaExceededError')) return new StorageError('full', error);
  if (!error || isNamed(error, 'AbortError')) return new StorageError('aborted', error);
  opened = undefined; // a connection that the browser lost stays so
  return new StorageError('unavailable', error);
}

/** @param {unknown} error @param {string} name */
const isNamed = (error, name) => error instanceof Error && error.name === name;
