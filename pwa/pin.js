/**
 * The owner's PIN: everything of the owner is put under another key in one transaction, together with what says which
 * key that is. Where anything does not open, nothing is changed.
 */

import { transact, readAll } from './db.js';
import { LockedError, VaultError } from './device-errors.js';
import { dropKey } from './key-keeper.js';
import { makeProfile, noteInUse, putProfile, retire, take, tellShift } from './profiles.js';
import { CANARY, OWN, fence, openDevice, openVault, takeVault } from './vault.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./vault.js').VaultRecord} VaultRecord */
/** @typedef {'drafts' | 'cases' | 'days' | 'meta'} Kind */
/** @typedef {Record<string, VaultRecord[]>} Rows by kind */

/** Wherever something of the owner may lie; of `meta` what is sealed, such as a survey half filled in. */
const KINDS = /** @type {const} */ (['drafts', 'cases', 'days', 'meta']);

/**
 * Put a PIN on what the owner of the phone keeps, or another in its place. Throws a `VaultError` where something does not
 * open, so that it would be under neither.
 * @param {string} pin @param {AbortSignal} signal
 */
export async function setPin(pin, signal) {
  const { record, vault } = await makeProfile({ id: OWN, name: null, device: null }, pin, signal);
  await moveTo(vault, record, signal);
  await take(vault, null);
}

/** Take the PIN away. Throws a `VaultError` as `setPin` does. */
export async function removePin() {
  await moveTo(await openDevice(), null);
  takeVault();
  dropKey(false);
}

/** @param {Vault} vault @param {VaultRecord | null} record of the PIN @param {AbortSignal} [signal] */
async function moveTo(vault, record, signal) {
  for (let isMoved = false; !isMoved; ) {
    const from = await openVault();
    if (from.profile !== OWN) throw new LockedError(); // another tab put another person to work
    const old = await ofEach(async (kind) => (await readAll(kind)).filter(isOwn));
    const fresh = await ofEach((kind) => movedAll(kind, old[kind], from, vault));
    signal?.throwIfAborted();
    isMoved = await replaceAll({ from, old, fresh, record }); // again when another tab saved meanwhile
  }
  tellShift();
}

/** @param {(kind: Kind) => Promise<VaultRecord[]>} give @returns {Promise<Rows>} */
const ofEach = async (give) => Object.fromEntries(await Promise.all(KINDS.map(async (kind) => [kind, await give(kind)])));

/** Sealed under the owner's key; the record by which this device's own key is tried stays under that. @param {VaultRecord} row */
const isOwn = ({ p, aside, erased, ct, name }) => ct && !p && !aside && !erased && name !== CANARY;

/**
 * A survey that does not open any more must not keep anybody from a PIN, or from taking it away; all else must open.
 * @param {Kind} kind @param {VaultRecord[]} rows @param {Vault} from @param {Vault} to
 */
async function movedAll(kind, rows, from, to) {
  const moved = rows.map((row) => movedOne(row, from, to).catch((error) => {
    if (kind !== 'meta' || !(error instanceof VaultError)) throw error;
    return row;
  }));
  return Promise.all(moved);
}

/** @param {VaultRecord} row @param {Vault} from @param {Vault} to @returns {Promise<VaultRecord>} */
async function movedOne({ id, n, at, name, ...row }, from, to) {
  const value = await from.decrypt({ id, n, at, ...row });
  return { ...(await to.encrypt(id, n + 1, value, at)), ...(name && { name }) };
}

/** @param {{from: Vault, old: Rows, fresh: Rows, record: VaultRecord | null}} move @returns {Promise<boolean>} */
function replaceAll({ from, old, fresh, record }, at = Date.now()) {
  return transact(['profiles', ...KINDS], 'readwrite', (store, fail) => {
    fence(store, fail, from);
    const profile = store('profiles').get(OWN);
    const found = KINDS.map((kind) => store(kind).getAll());
    let isSame = false;
    // Requests are answered in their order, so with the last one all are there.
    found[KINDS.length - 1].onsuccess = () => {
      isSame = KINDS.every((kind, place) => signOf(found[place].result) === signOf(old[kind]));
      if (!isSame) return;
      for (const kind of KINDS) for (const row of fresh[kind]) store(kind).put(row);
      if (record) putProfile(store, fail, record, at);
      else if (profile.result) retire(store, profile.result, at);
      noteInUse(store, OWN, record !== null);
    };
    return () => isSame;
  });
}

/** @param {VaultRecord[]} rows */
const signOf = (rows) => rows.filter(isOwn).map(({ id, n }) => `${id} ${n}`).join();
