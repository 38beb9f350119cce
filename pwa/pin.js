/** The owner's PIN: everything of the owner that opens is put under another key, all or nothing, and nothing is lost. */

import { transact, readAll } from './db.js';
import { dropKey } from './key-keeper.js';
import { makeProfile, take } from './profiles.js';
import { tell } from './tabs.js';
import { OWN, openDevice, openVault, useProfile } from './vault.js';

/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {import('./vault.js').VaultRecord} VaultRecord */
/** @typedef {{drafts: VaultRecord[], cases: VaultRecord[]}} Rows */

const KINDS = /** @type {const} */ (['drafts', 'cases']);

/** Put a PIN on what the owner of the phone keeps, or another in its place. @param {string} pin @param {AbortSignal} signal */
export async function setPin(pin, signal) {
  const { record, vault } = await makeProfile({ id: OWN, name: null, device: null }, pin, signal);
  await moveTo(vault, record);
  await useProfile(OWN, true);
  tell({ locked: OWN });
  await take(vault, null);
}

/** Take the PIN away. */
export async function removePin() {
  await moveTo(await openDevice(), null);
  await useProfile(OWN, false);
  dropKey(false);
}

/** @param {Vault} vault @param {VaultRecord | null} record of the PIN */
async function moveTo(vault, record) {
  const from = await openVault();
  for (;;) {
    const old = { drafts: await ownRows('drafts'), cases: await ownRows('cases') };
    const fresh = { drafts: await movedAll(old.drafts, from, vault), cases: await movedAll(old.cases, from, vault) };
    if (await replaceAll(old, fresh, record)) return; // again when another tab saved meanwhile
  }
}

/** @param {'drafts' | 'cases'} kind @returns {Promise<VaultRecord[]>} */
const ownRows = async (kind) => (await readAll(kind)).filter(isOwn);

/** @param {VaultRecord} row */
const isOwn = ({ p, aside, erased }) => !p && !aside && !erased;

/** What does not open stays as it is. @param {VaultRecord[]} rows @param {Vault} from @param {Vault} to */
async function movedAll(rows, from, to) {
  const moved = rows.map(async (row) => {
    const value = await from.decrypt(row).catch(() => undefined);
    return value && to.encrypt(row.id, row.n + 1, value, row.at);
  });
  return (await Promise.all(moved)).filter((row) => row !== undefined);
}

/** @param {Rows} old @param {Rows} fresh @param {VaultRecord | null} record @returns {Promise<boolean>} */
function replaceAll(old, fresh, record) {
  return transact(['profiles', ...KINDS], 'readwrite', (store) => {
    const [drafts, cases] = KINDS.map((kind) => store(kind).getAll());
    let isSame = false;
    cases.onsuccess = () => {
      isSame = signOf(drafts.result) === signOf(old.drafts) && signOf(cases.result) === signOf(old.cases);
      if (!isSame) return;
      for (const kind of KINDS) for (const row of fresh[kind]) store(kind).put(row);
      if (record) store('profiles').put(record);
      else store('profiles').delete(OWN);
    };
    return () => isSame;
  });
}

/** @param {VaultRecord[]} rows */
const signOf = (rows) => rows.filter(isOwn).map(({ id, n }) => `${id} ${n}`).join();
