/**
 * The owner's PIN: everything of the owner is put under another key in one transaction, together with what says which
 * key that is. Where anything does not open, nothing is changed.
 */

import { transact, readAll } from './db.js';
import { LockedError } from './device-errors.js';
import { dropKey } from './key-keeper.js';
import { makeProfile, noteInUse, putProfile, retire, take, tellShift } from './profiles.js';
import { OWN, fence, openDevice, openVault, takeVault } from './vault.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./vault.js').VaultRecord} VaultRecord */
/** @typedef {{drafts: VaultRecord[], cases: VaultRecord[]}} Rows */

const KINDS = /** @type {const} */ (['drafts', 'cases']);

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
    const old = { drafts: await ownRows('drafts'), cases: await ownRows('cases') };
    const fresh = { drafts: await movedAll(old.drafts, from, vault), cases: await movedAll(old.cases, from, vault) };
    signal?.throwIfAborted();
    isMoved = await replaceAll({ from, old, fresh, record }); // again when another tab saved meanwhile
  }
  tellShift();
}

/** @param {'drafts' | 'cases'} kind @returns {Promise<VaultRecord[]>} */
const ownRows = async (kind) => (await readAll(kind)).filter(isOwn);

/** @param {VaultRecord} row */
const isOwn = ({ p, aside, erased }) => !p && !aside && !erased;

/** @param {VaultRecord[]} rows @param {Vault} from @param {Vault} to */
const movedAll = (rows, from, to) =>
  Promise.all(rows.map(async (row) => to.encrypt(row.id, row.n + 1, await from.decrypt(row), row.at)));

/** @param {{from: Vault, old: Rows, fresh: Rows, record: VaultRecord | null}} move @returns {Promise<boolean>} */
function replaceAll({ from, old, fresh, record }, at = Date.now()) {
  return transact(['meta', 'profiles', ...KINDS], 'readwrite', (store, fail) => {
    fence(store, fail, from);
    const profile = store('profiles').get(OWN);
    const [drafts, cases] = KINDS.map((kind) => store(kind).getAll());
    let isSame = false;
    cases.onsuccess = () => {
      isSame = signOf(drafts.result) === signOf(old.drafts) && signOf(cases.result) === signOf(old.cases);
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
