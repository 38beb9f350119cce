/**
 * What is personal and not yet sealed lies on the device only as ciphertext, under a key of this device. That stops a
 * curious look and a copy of single records; it does not stop a laboratory that has the phone, because browsers keep the
 * bytes even of a key that scripts cannot read beside everything else. The app says so.
 *
 * The key lives in the same database as what it opens, so that they live and die together. While any ciphertext exists
 * no new key is made behind anybody's back, and what does not open is left where it is.
 *
 * A person who set a PIN, and each volunteer who shares the phone, has a profile that is locked (profiles.js); nothing of
 * that is loaded while there is none.
 */

import { canonical, utf8 } from './crypto/canonical.js';
import { randomBytes } from './crypto/cipher.js';
import { drops, read, transact } from './db.js';
import { LockedError, VaultError } from './device-errors.js';
import { shift } from './tabs.js';

/** @typedef {import('./crypto/canonical.js').Bytes} Bytes */
/** @typedef {{p?: string, dk?: Bytes, rescue?: Record<string, string>, aside?: number, erased?: number, voided?: boolean, name?: string}} Owned
 *   whose it is, if not the owner's; since when it is set aside, or was erased by the office, or its code voided; its place in `meta` */
/** @typedef {{id: string, v: number, n: number, at: number, iv: Bytes, ct: Bytes} & Owned} VaultRecord n counts the changes */

export const FORMAT = 1;
export const OWN = 'own'; // the profile of whoever's phone it is
export const KEY = 'device-key';
export const IN_USE = 'profile';
export const CANARY = 'canary';

/** Encrypts and decrypts records of one profile, each bound to its id and its number. */
export class Vault {
  /**
   * @param {CryptoKey} key @param {string} [profile] @param {string | null} [device] as which the office knows its person
   * @param {number} [n] of the profile's record that the key came with
   */
  constructor(key, profile = OWN, device = null, n = 0) {
    this.key = key;
    this.profile = profile;
    this.device = device;
    this.n = n;
    this.drops = drops;
  }

  /**
   * @param {string} id @param {number} n @param {unknown} value anything that JSON holds
   * @param {number} [at] @param {VaultRecord} [_old] what it replaces
   * @returns {Promise<VaultRecord>}
   */
  async encrypt(id, n, value, at = Date.now(), _old) {
    return { id, v: FORMAT, n, at, ...(await this.seal(this.key, id, n, value)) };
  }

  /** @param {VaultRecord} record @returns {Promise<any>} */
  async decrypt(record) {
    if (record.v > FORMAT) throw new VaultError('newer');
    const { erased, voided } = record;
    return erased ? { erased, voided } : this.open(this.key, record);
  }

  /** @param {CryptoKey} key @param {string} id @param {number} n @param {unknown} value */
  async seal(key, id, n, value) {
    const iv = randomBytes(12);
    const plain = utf8(JSON.stringify(value));
    const ct = new Uint8Array(await crypto.subtle.encrypt(this.algorithm(id, n, iv), key, plain));
    return { iv, ct };
  }

  /** @param {CryptoKey} key @param {VaultRecord} record */
  async open(key, { id, n, iv, ct }) {
    try {
      const plain = await crypto.subtle.decrypt(this.algorithm(id, n, iv), key, ct);
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      throw new VaultError('damaged');
    }
  }

  /** @param {string} id @param {number} n @param {Bytes} iv */
  algorithm = (id, n, iv) => ({ name: 'AES-GCM', iv, additionalData: canonical(['dr1', this.profile, idOf(id), n]) });
}

/** The id that a record has for its profile. @param {string} place */
export const idOf = (place) => place.slice(place.indexOf('.') + 1).split('~')[0];

/** @type {Vault | undefined} */
let taken;
/** @type {Promise<Vault> | undefined} */
let opening;
let turn = 0;
/** The vault that was taken, unless the browser has dropped its key with the database. */
const current = () => (taken?.drops === drops ? taken : undefined);

/**
 * Open the vault of the profile in use; one that is locked asks its person and waits. Makes this device's key if there
 * is nothing yet. Throws a `VaultError`: `key-missing`, `damaged` or `newer`.
 */
export async function openVault() {
  const vault = current();
  if (vault) return vault;
  opening ??= vaultAtHand().catch(askIfLocked).finally(() => (opening = undefined));
  return opening;
}

/** The same, but where a person would have to be asked it throws a `LockedError`. @returns {Promise<Vault>} */
export async function vaultAtHand() {
  const vault = current();
  if (vault) return vault;
  const before = turn;
  const found = await find();
  // It was locked, or another one was taken, meanwhile.
  return before === turn ? (taken = found) : vaultAtHand();
}

/** Use this vault from now on; without one, what is found. @param {Vault} [vault] */
export function takeVault(vault) {
  taken = vault;
  turn += 1;
}

/**
 * Undo what a transaction writes with a vault whose key was replaced meanwhile: it would open nowhere.
 * @param {import('./db.js').Stores} store with `profiles` @param {(error: Error) => void} fail @param {Vault} vault
 */
export function fence(store, fail, { profile, n }) {
  const found = store('profiles').get(profile);
  found.onsuccess = () => (found.result?.n ?? 0) === n || fail(new LockedError());
}

/** The id of the profile in use. @returns {Promise<string>} */
export const profileInUse = async () => current()?.profile ?? (await read('meta', IN_USE))?.id ?? OWN;

const LATER = 1_000; // milliseconds

/** What this page saw last. @type {string | null | undefined} */
let seen;

/**
 * What this page shows is of the shift of now. A page that slept, or lay in the browser's memory, heard nothing of
 * another; it looks before anybody sees it.
 */
export function watchShift() {
  if (seen === undefined) {
    for (const sign of ['pageshow', 'visibilitychange', 'focus']) addEventListener(sign, lookAtShift, true);
    setTimeout(hearShifts, LATER);
  }
  seen = shift();
}

/** Whoever hears of other tabs has the browser make itself ready for that, which would hold up a start. */
function hearShifts() {
  addEventListener('storage', lookAtShift, true);
  lookAtShift(new Event('storage'));
}

/** @param {Event} event */
function lookAtShift(event) {
  if (seen === shift()) return;
  seen = shift();
  if (!taken && !opening && !turn) return; // it never opened anything
  event.stopImmediatePropagation(); // whoever else hears of it would show the page again
  document.documentElement.style.visibility = 'hidden';
  import('./lock-watch.js').then(({ leave }) => leave(), () => location.reload());
}

async function find() {
  const rows = await deviceRows();
  const row = rows.id === OWN ? rows.own : await read('profiles', rows.id);
  // The record alone says whether its owner's is locked, so that a change of both cannot be cut between them.
  return row || rows.id !== OWN ? (await import('./profiles.js')).held(rows.id, row?.n) : openDevice(rows);
}

/** What is looked at before anything opens, in one transaction: each costs a slow phone some dozen milliseconds. */
const deviceRows = () => transact(['meta', 'profiles'], 'readonly', (store) => {
  // Before anything is read, and once the database is open: the page stands still until the browser has localStorage.
  if (seen === undefined) watchShift();
  const [key, canary, inUse] = [KEY, CANARY, IN_USE].map((name) => store('meta').get(name));
  const own = store('profiles').get(OWN);
  return () => ({ key: key.result, canary: canary.result, id: inUse.result?.id ?? OWN, own: own.result });
});

/** @param {unknown} error @returns {Promise<Vault>} */
async function askIfLocked(error) {
  if (!(error instanceof LockedError)) throw error;
  return (await import('./components/unlock.js')).askToUnlock(await profileInUse());
}

/** Open what this device's own key opens: records without a PIN, and the outer half of every profile. @returns {Promise<Vault>} */
export async function openDevice(rows = /** @type {{key: any, canary: any} | undefined} */ (undefined)) {
  const { key: row, canary } = rows ?? (await deviceRows());
  if (!row) {
    await makeKey();
    return openDevice();
  }
  if (row.v > FORMAT) throw new VaultError('newer');
  const vault = new Vault(row.key ?? (await importKey(row.raw)));
  if (canary) await vault.decrypt({ ...canary, id: CANARY });
  return vault;
}

/**
 * Make this device's key. Whoever comes second finds the key of the first: it is looked for and put in one transaction.
 * Beside what an old key encrypted only if `isWanted`; an old one that is there is kept.
 */
export async function makeKey({ isWanted = false } = {}) {
  const raw = randomBytes(32);
  const key = await importKey(raw);
  const canary = await newCanary(key);
  await transact(['meta', 'drafts', 'cases', 'profiles'], 'readwrite', (store, fail) => {
    const meta = store('meta');
    const found = meta.get(KEY);
    const others = [store('drafts').count(), store('cases').count(), store('profiles').count(), meta.count(CANARY)];
    // Requests are answered in their order, so with the last one all are there.
    others[3].onsuccess = () => {
      if (found.result && !isWanted) return;
      if (!isWanted && others.some(({ result }) => result > 0)) return fail(new VaultError('key-missing'));
      if (found.result) meta.put({ ...found.result, name: `${KEY}.${Date.now()}` });
      putKey(meta, key, raw);
      meta.put(canary);
    };
  });
}

/** The record by which a key is tried. @param {CryptoKey} key */
export const newCanary = async (key) => ({ ...(await new Vault(key).encrypt(CANARY, 1, CANARY)), name: CANARY });

/** @param {IDBObjectStore} meta @param {CryptoKey} key @param {Bytes} raw */
function putKey(meta, key, raw) {
  try {
    meta.put({ name: KEY, v: FORMAT, key });
  } catch {
    // Some browsers (iOS in Lockdown Mode) refuse to store a CryptoKey. Its bytes in its place are as safe from who
    // reads the disk; only scripts of this page could now take them along. Wrapping them needs a key just as near.
    meta.put({ name: KEY, v: FORMAT, raw });
  }
}

/** @param {Bytes} raw */
export const importKey = (raw) => crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
