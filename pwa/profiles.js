/**
 * The profiles of a phone: that of whoever owns it, if it has a PIN, and one for each volunteer, under a passphrase.
 * A profile's key lies under what Argon2id makes of the passphrase together with a factor that only this device's own key
 * opens: who copies the records without that key cannot even try passphrases.
 */

import { b32Encode, b64uDecode, b64uEncode, canonical } from './crypto/canonical.js';
import { aesOpen, aesSeal, hkdf, hmac, randomBytes } from './crypto/cipher.js';
import { putAside } from './aside.js';
import { read, readAll, transact, write } from './db.js';
import { LockedError, VaultError } from './device-errors.js';
import { dropKey, heldKey, holdKey } from './key-keeper.js';
import { deriveKey } from './passphrase/derive-key.js';
import { newKdf } from './passphrase/kdf.js';
import { ProfileVault } from './profile-vault.js';
import { keepPacks } from './sw-bridge.js';
import { tell } from './tabs.js';
import { OWN, importKey, openDevice, profileInUse, renewVault, takeVault, useProfile, vaultAtHand } from './vault.js';

/** @typedef {import('./crypto/canonical.js').Bytes} Bytes */
/** @typedef {import('./crypto/keyring.js').Kdf} Kdf */
/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./vault.js').VaultRecord} VaultRecord */
/** @typedef {{id: string, name: string | null, device: string | null}} Profile the owner's has no name */
/** @typedef {{name: string | null, device: string | null, factor: string, kdf: Kdf, sealed: string}} Content */

/** Until this page's person unlocks it again, it takes no key that another page holds. */
let isLockedHere = false;
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
  const content = await contentOf(id);
  const key = await aesOpen(await wrappingKey(id, passphrase, content, signal), b64uDecode(content.sealed), contextOf(id)).catch(
    () => Promise.reject(new VaultError('wrong-passphrase')), // the record is whole, or it had not opened before
  );
  const vault = new ProfileVault(await importKey(key), id, content.device);
  await useProfile(id, true);
  await take(vault, content.name);
  return vault;
}

/**
 * Lock the profile in use: what is being typed is saved first, then the key is forgotten and what was opened leaves the
 * screen. Other pages lock too, unless `isHereAlone`. False where something could not be saved: then nothing is locked.
 */
export function lock({ isHereAlone = false } = {}) {
  locking ??= lockNow(isHereAlone).finally(() => (locking = undefined));
  return locking;
}

/** @type {Promise<boolean> | undefined} */
let locking;

/** @param {boolean} isHereAlone */
async function lockNow(isHereAlone) {
  if (isLockedHere) return true;
  /** @type {Promise<boolean>[]} */
  const saves = [];
  document.dispatchEvent(new CustomEvent('rantau:locking', { detail: saves }));
  const late = new Promise((resolve) => setTimeout(resolve, SAVING, true));
  const isSaved = await Promise.race([Promise.all(saves).then((all) => all.every(Boolean)), late]);
  if (!isSaved) return false;
  const id = await profileInUse();
  isLockedHere = true;
  takeVault();
  dropKey(isHereAlone);
  if (!isHereAlone) tell({ locked: id });
  document.dispatchEvent(new CustomEvent('rantau:locked', { detail: id }));
  return true;
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

/** The vault of a profile that another page unlocked a moment ago; a `LockedError` otherwise. @param {string} id */
export async function held(id) {
  const found = isLockedHere ? null : await heldKey(id);
  if (!found) throw new LockedError();
  const vault = new ProfileVault(found.key, id, found.device);
  await watch();
  return vault;
}

/**
 * Put a new passphrase in the place of one that nobody remembers. What lies under the old one is set aside, nothing of it
 * is deleted, and the office can open its drafts; what is sealed already is as it was.
 * @param {string} id @param {string} passphrase @param {AbortSignal} [signal]
 */
export async function renewProfile(id, passphrase, signal) {
  await renewVault();
  const { name, device } = await contentOf(id).catch(() => ({ name: null, device: null }));
  const made = await makeProfile({ id, name, device }, passphrase, signal);
  const at = Date.now();
  await transact(['profiles', 'drafts', 'cases'], 'readwrite', (store) => {
    const old = store('profiles').get(id);
    old.onsuccess = () => {
      if (old.result) store('profiles').put({ ...old.result, id: `${id}~${at}`, aside: at });
      store('profiles').put(made.record);
    };
    for (const kind of /** @type {const} */ (['drafts', 'cases'])) {
      const all = store(kind).getAll();
      all.onsuccess = () => {
        for (const row of all.result.filter(({ p = OWN, aside }) => p === id && !aside)) putAside(store(kind), row, at);
      };
    }
  });
  await useProfile(id, true);
  await take(made.vault, name);
}

/**
 * @param {Profile} of @param {string} passphrase @param {AbortSignal} [signal] @param {Bytes} [key]
 * @returns {Promise<{record: VaultRecord, vault: Vault}>}
 */
export async function makeProfile({ id, name, device }, passphrase, signal = new AbortController().signal, key = randomBytes(32)) {
  const content = { name, device, factor: b64uEncode(randomBytes(32)), kdf: await newKdf(signal), sealed: '' };
  content.sealed = b64uEncode(await aesSeal(await wrappingKey(id, passphrase, content, signal), key, contextOf(id)));
  const old = await read('profiles', id);
  const record = await (await openDevice()).encrypt(id, (old?.n ?? 0) + 1, content);
  return { record, vault: new ProfileVault(await importKey(key), id, device) };
}

/** @param {string} id @returns {Promise<Content>} */
async function contentOf(id) {
  const record = await read('profiles', id);
  const device = await openDevice();
  if (!record) throw new VaultError('key-missing');
  return device.decrypt(record);
}

/** @param {string} id */
const contextOf = (id) => canonical(['dr1-profile', id]);

/** @param {string} id @param {string} passphrase @param {Content} content @param {AbortSignal} [signal] */
async function wrappingKey(id, passphrase, { kdf, factor }, signal = new AbortController().signal) {
  const derived = await deriveKey(passphrase, kdf, signal);
  return hkdf(await hmac(b64uDecode(factor), derived), canonical(['dr1-kek', id]));
}

/** @param {Vault} vault @param {string | null} name */
export async function take(vault, name) {
  isLockedHere = false;
  takeVault(vault);
  await holdKey({ id: vault.profile, key: vault.key, device: vault.device, name });
  await watch();
}

async function watch() {
  void keepPacks('profile'); // what unlocks has to be here when there is no signal
  (await import('./lock-watch.js')).startLockWatch();
}
