/**
 * The profiles of a phone: that of whoever owns it, if it has a PIN, and one for each volunteer, under a passphrase.
 * A profile's key lies under what Argon2id makes of the passphrase together with a factor that only this device's own key
 * opens: who copies the records without that key cannot even try passphrases.
 */

import { b32Encode, b64uDecode, b64uEncode, canonical } from './crypto/canonical.js';
import { aesOpen, aesSeal, hkdf, hmac, randomBytes } from './crypto/cipher.js';
import { read, readAll, transact, write } from './db.js';
import { LockedError, VaultError } from './device-errors.js';
import { dropKey, heldKey, holdKey } from './key-keeper.js';
import { deriveKey } from './passphrase/derive-key.js';
import { newKdf } from './passphrase/kdf.js';
import { ProfileVault } from './profile-vault.js';
import { putAside } from './records.js';
import { keepPacks } from './sw-bridge.js';
import { SHIFT } from './tabs.js';
import { triesOf } from './tries.js';
import { IN_USE, OWN, idOf, importKey, openDevice, profileInUse, takeVault, vaultAtHand, watchShift } from './vault.js';

/** @typedef {import('./crypto/canonical.js').Bytes} Bytes */
/** @typedef {import('./crypto/keyring.js').Kdf} Kdf */
/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./vault.js').VaultRecord} VaultRecord */
/** @typedef {{id: string, name: string | null, device: string | null}} Profile the owner's has no name */
/** @typedef {{name: string | null, device: string | null, factor: string, kdf: Kdf, sealed: string}} Content */

/** Until this page's person unlocks it again, it takes no key that another page holds. */
let isLockedHere = false;
const KINDS = /** @type {const} */ (['drafts', 'cases', 'days']);
const SAVING = 10_000; // milliseconds that locking waits for what is being saved

/**
 * Make a volunteer's profile and put it to use, unlocked; `device` is the name by which the office knows this phone.
 * @param {{name: string, passphrase: string, device?: string | null}} person
 * @param {AbortSignal} [signal]
 * @returns {Promise<Profile>}
 */
export async function createProfile({ name, passphrase, device = null }, signal) {
  const id = `p${b32Encode(randomBytes(10))}`;
  const made = await makeProfile({ id, name, device }, passphrase, signal);
  await write('profiles', made.record);
  await useProfile(id, true);
  await take(made.vault, name);
  return { id, name, device };
}

/**
 * Unlock a profile and put it to use; throws a `VaultError`: `wrong-passphrase`, `key-missing`, `damaged` or `newer`.
 * @param {string} id @param {string} passphrase @param {AbortSignal} [signal]
 * @returns {Promise<Vault>}
 */
export async function unlockProfile(id, passphrase, signal) {
  const { vault, name } = await tryProfile(id, passphrase, signal);
  await useProfile(id, true);
  await take(vault, name);
  return vault;
}

/**
 * Open the vault of a profile's record without putting it to use; throws what `unlockProfile` throws.
 * @param {string} place of the record, also of one that was replaced @param {string} passphrase @param {AbortSignal} [signal]
 */
export async function tryProfile(place, passphrase, signal) {
  const [id, content] = [idOf(place), await contentOf(place)];
  const key = await aesOpen(await wrappingKey(id, passphrase, content, signal), b64uDecode(content.sealed), contextOf(id)).catch(
    () => Promise.reject(new VaultError('wrong-passphrase')), // the record is whole, or it had not opened before
  );
  return { vault: new ProfileVault(await importKey(key), id, content.device, content.n), name: content.name };
}

/**
 * Lock the profile in use: what is being typed is saved first, then the key is forgotten and what was opened leaves the
 * screen. Other pages lock too, unless `isHereAlone`. False where something could not be saved: that waits behind the lock.
 */
export function lock({ isHereAlone = false } = {}) {
  locking ??= lockNow(isHereAlone).finally(() => (locking = undefined));
  return locking;
}

/** @type {Promise<boolean> | undefined} */
let locking;
/** The vault that is open here. @type {ProfileVault | undefined} */
let watched;

// An exchange may have brought the first key of the office; where it cannot be stored, the next one does it.
const addRescues = () => void watched?.addRescues().catch(() => {});
document.addEventListener('rantau:exchanged', addRescues);

/** @param {boolean} isHereAlone */
async function lockNow(isHereAlone) {
  if (isLockedHere) return true;
  const isSaved = await saveAll();
  const id = await profileInUse();
  isLockedHere = true;
  takeVault();
  watched = undefined;
  if (!isHereAlone) tellShift();
  dropKey(isHereAlone);
  document.dispatchEvent(new CustomEvent('rantau:locked', { detail: { id, isSaved } }));
  return isSaved;
}

/** Have everything saved that is typed on this page; false where that fails, or takes too long. */
export async function saveAll() {
  /** @type {Promise<boolean>[]} */
  const saves = [];
  document.dispatchEvent(new CustomEvent('rantau:locking', { detail: saves }));
  const late = new Promise((resolve) => setTimeout(resolve, SAVING, false));
  return Promise.race([Promise.all(saves).then((all) => all.every(Boolean)), late]);
}

/**
 * The profile in use and whether it is open; the owner's has no name.
 * @returns {Promise<Profile & {isOpen: boolean}>}
 */
export async function currentProfile() {
  const id = await profileInUse();
  const isOpen = await vaultAtHand().then(() => true, () => false);
  const known = (await listProfiles()).find((profile) => profile.id === id);
  return { id, name: known?.name ?? null, device: known?.device ?? null, isOpen };
}

/** The profiles that have a passphrase or PIN; one whose record does not open has no name. @returns {Promise<Profile[]>} */
export async function listProfiles() {
  const rows = (await readAll('profiles')).filter(({ aside }) => !aside);
  return Promise.all(rows.map(({ id }) => contentOf(id).then(
    ({ name, device }) => ({ id, name, device }),
    () => ({ id, name: null, device: null }),
  )));
}

/** Whether the owner of the phone set a PIN. */
export const hasPin = async () => Boolean(await read('profiles', OWN));

/** The vault of a profile that another page unlocked a moment ago; a `LockedError` otherwise. @param {string} id @param {number} [n] */
export async function held(id, n) {
  const found = isLockedHere ? null : await heldKey(id, n);
  if (!found || isLockedHere) throw new LockedError();
  holdKey(found);
  const vault = new ProfileVault(found.key, id, found.device, n);
  await watch(vault);
  return vault;
}

/**
 * Put a new passphrase in the place of one that nobody remembers, all or nothing. What lies under the old one is set
 * aside, nothing of it is deleted, and the office can open its drafts; what is sealed already is as it was.
 * Throws a `VaultError` where this phone's own key does not open: under another one nothing of the others' would.
 * @param {string} id @param {string} passphrase @param {AbortSignal} [signal]
 */
export async function renewProfile(id, passphrase, signal) {
  await openDevice();
  const { name, device } = await contentOf(id).catch(() => ({ name: null, device: null }));
  const made = await makeProfile({ id, name, device }, passphrase, signal);
  const at = Date.now();
  await transact(['meta', 'profiles', ...KINDS], 'readwrite', (store, fail) => {
    putProfile(store, fail, made.record, at);
    for (const kind of KINDS) {
      const all = store(kind).getAll();
      all.onsuccess = () => {
        for (const row of all.result.filter(({ p = OWN, aside }) => p === id && !aside)) putAside(store(kind), row, at);
      };
    }
    noteInUse(store, id, true);
  });
  tellShift();
  await take(made.vault, name);
}

/**
 * Put a profile's new record in the place of the old one. Fails when another page was faster.
 * @param {import('./db.js').Stores} store with `profiles` and `meta` @param {(error: Error) => void} fail
 * @param {VaultRecord} record @param {number} at
 */
export function putProfile(store, fail, record, at) {
  const old = store('profiles').get(record.id);
  old.onsuccess = () => {
    if (old.result?.n >= record.n) return fail(new LockedError());
    if (old.result) retire(store, old.result, at);
    store('profiles').put(record);
  };
}

/**
 * Keep a profile's record that is replaced, by which what is set aside may open again; the tries at it go on counting.
 * @param {import('./db.js').Stores} store with `profiles` and `meta` @param {VaultRecord} record @param {number} at
 */
export function retire(store, record, at) {
  putAside(store('profiles'), record, at);
  const tries = store('meta').get(triesOf(record.id));
  tries.onsuccess = () => {
    if (tries.result) store('meta').put({ ...tries.result, name: triesOf(`${record.id}~${at}`) });
    store('meta').delete(triesOf(record.id));
  };
}

/**
 * @param {Profile} of @param {string} passphrase @param {AbortSignal} [signal] @param {Bytes} [key]
 * @returns {Promise<{record: VaultRecord, vault: ProfileVault}>}
 */
export async function makeProfile({ id, name, device }, passphrase, signal = new AbortController().signal, key = randomBytes(32)) {
  const content = { name, device, factor: b64uEncode(randomBytes(32)), kdf: await newKdf(signal), sealed: '' };
  content.sealed = b64uEncode(await aesSeal(await wrappingKey(id, passphrase, content, signal), key, contextOf(id)));
  // Those that were replaced count too, or a page that still has the key of one would take it for the new one's.
  const numbers = (await readAll('profiles')).filter((row) => idOf(row.id) === id).map(({ n }) => n);
  const record = await (await openDevice()).encrypt(id, Math.max(0, ...numbers) + 1, content);
  return { record, vault: new ProfileVault(await importKey(key), id, device, record.n) };
}

/** @param {string} id of the profile, or of a record of it that was replaced @returns {Promise<Content & {n: number}>} */
async function contentOf(id) {
  const record = await read('profiles', id);
  const device = await openDevice();
  if (!record) throw new VaultError('key-missing');
  return { ...(await device.decrypt(record)), n: record.n };
}

/** @param {string} id */
const contextOf = (id) => canonical(['dr1-profile', id]);

/** @param {string} id @param {string} passphrase @param {Content} content @param {AbortSignal} [signal] */
async function wrappingKey(id, passphrase, { kdf, factor }, signal = new AbortController().signal) {
  const derived = await deriveKey(passphrase, kdf, signal);
  return hkdf(await hmac(b64uDecode(factor), derived), canonical(['dr1-kek', id]));
}

/** Put a profile to use, on every page from now on. @param {string} id @param {boolean} isLocked by a passphrase or PIN */
export async function useProfile(id, isLocked) {
  const isOther = id !== (await profileInUse());
  takeVault();
  await transact(['meta'], 'readwrite', (store) => noteInUse(store, id, isLocked));
  if (isOther) tellShift();
}

/** @param {import('./db.js').Stores} store with `meta` @param {string} id @param {boolean} isLocked */
export function noteInUse(store, id, isLocked) {
  if (isLocked) store('meta').put({ name: IN_USE, id });
  else store('meta').delete(IN_USE);
}

/** Other pages leave what they opened: it is locked, under another key, or somebody else's turn. */
export function tellShift() {
  try {
    localStorage.setItem(SHIFT, `${Date.now()}.${Math.random()}`);
  } catch {
    // Where none is allowed, the numbers of the records still keep a page from writing under an old key.
  }
  watchShift();
}

/** @param {ProfileVault} vault @param {string | null} name */
export async function take(vault, name) {
  isLockedHere = false;
  takeVault(vault);
  holdKey({ id: vault.profile, key: vault.key, device: vault.device, name, n: vault.n });
  await watch(vault);
}

/** @param {ProfileVault} vault */
async function watch(vault) {
  void keepPacks('profile'); // what unlocks has to be here when there is no signal
  watched = vault;
  addRescues();
  (await import('./lock-watch.js')).startLockWatch();
}
