/**
 * What is personal and not yet sealed lies on the device only as ciphertext, under a key of this device. That stops a
 * curious look and a copy of single records; it does not stop a laboratory that has the phone, because browsers keep the
 * bytes even of a key that scripts cannot read beside everything else. The app says so.
 *
 * The key lives in the same database as what it opens, so that they live and die together. While any ciphertext exists
 * no new key is made behind anybody's back, and what does not open is left where it is.
 */

import { canonical, utf8 } from './crypto/canonical.js';
import { randomBytes } from './crypto/cipher.js';
import { read, transact } from './db.js';
import { VaultError } from './device-errors.js';

/** @typedef {import('./crypto/canonical.js').Bytes} Bytes */
/** @typedef {{id: string, v: number, n: number, at: number, iv: Bytes, ct: Bytes}} VaultRecord n counts the changes */

const FORMAT = 1;
const PROFILE = 'own';
const [KEY, CANARY] = ['device-key', 'canary'];

/** Encrypts and decrypts records, each bound to its id and its number. */
export class Vault {
  /** @param {CryptoKey} key */
  constructor(key) {
    this.key = key;
  }

  /**
   * @param {string} id @param {number} n @param {unknown} value anything that JSON holds
   * @returns {Promise<VaultRecord>}
   */
  async encrypt(id, n, value, at = Date.now()) {
    const iv = randomBytes(12);
    const plain = utf8(JSON.stringify(value));
    const ct = new Uint8Array(await crypto.subtle.encrypt(algorithm(id, n, iv), this.key, plain));
    return { id, v: FORMAT, n, at, iv, ct };
  }

  /** @param {VaultRecord} record @returns {Promise<any>} */
  async decrypt({ id, v, n, iv, ct }) {
    if (v > FORMAT) throw new VaultError('newer');
    try {
      const plain = await crypto.subtle.decrypt(algorithm(id, n, iv), this.key, ct);
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      throw new VaultError('damaged');
    }
  }
}

/** @type {Promise<Vault> | undefined} */
let opened;

/**
 * Open the vault, and make its key if this device has nothing yet. Throws a `VaultError`: `key-missing`, `damaged` or
 * `newer`.
 */
export function openVault() {
  opened ??= unlock().catch((error) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

/** Take a new key although old records stay unreadable. Only when `openVault` failed and a person said yes. */
export async function renewVault() {
  try {
    return await openVault();
  } catch (error) {
    if (!(error instanceof VaultError) || error.reason === 'newer') throw error;
    await makeKey({ isWanted: true });
    return openVault();
  }
}

/** @returns {Promise<Vault>} */
async function unlock() {
  const row = await read('meta', KEY);
  if (!row) {
    await makeKey();
    return unlock();
  }
  if (row.v > FORMAT) throw new VaultError('newer');
  const vault = new Vault(row.key ?? (await importKey(row.raw)));
  const canary = await read('meta', CANARY);
  if (canary) await vault.decrypt({ ...canary, id: CANARY });
  return vault;
}

/** Whoever comes second finds the key of the first: it is looked for and put in one transaction. */
async function makeKey({ isWanted = false } = {}) {
  const raw = randomBytes(32);
  const key = await importKey(raw);
  const canary = { ...(await new Vault(key).encrypt(CANARY, 1, CANARY)), name: CANARY };
  await transact(['meta', 'drafts', 'cases'], 'readwrite', (store, fail) => {
    const meta = store('meta');
    const found = meta.get(KEY);
    const others = [store('drafts').count(), store('cases').count(), meta.count(CANARY)];
    // Requests are answered in their order, so with the last one all are there.
    others[2].onsuccess = () => {
      if (found.result && !isWanted) return;
      if (!isWanted && others.some(({ result }) => result > 0)) return fail(new VaultError('key-missing'));
      if (found.result) meta.put({ ...found.result, name: `${KEY}.${Date.now()}` });
      putKey(meta, key, raw);
      meta.put(canary);
    };
  });
}

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
const importKey = (raw) => crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);

/** @param {string} id @param {number} n @param {Bytes} iv */
const algorithm = (id, n, iv) => ({ name: 'AES-GCM', iv, additionalData: canonical(['dr1', PROFILE, id, n]) });
