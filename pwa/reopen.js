/** What was set aside under an earlier passphrase or PIN comes back when somebody remembers that one after all. */

import { listAside } from './aside.js';
import { readAll, transact } from './db.js';
import { VaultError } from './device-errors.js';
import { tryProfile } from './profiles.js';
import { placeOf, withVault } from './records.js';
import { WaitError, oneTry } from './tries.js';
import { fence, idOf, openVault, profileInUse } from './vault.js';

/** @typedef {import('./aside.js').Aside} Aside */
/** @typedef {import('./vault.js').Vault} Vault */
/** @typedef {{of: Aside, fresh: import('./vault.js').VaultRecord}} Found */

/** Whether the profile in use had another passphrase or PIN before. */
export const hadAnother = async () => (await oldRecords()).length > 0;

/**
 * Try an earlier passphrase; what opens with it is put under the key of now and back in the lists, all or nothing. Throws
 * a `WaitError`, or a `VaultError` where it was none of the earlier ones.
 * @param {string} passphrase @param {AbortSignal} [signal]
 * @returns {Promise<{back: number, left: number}>} how many came back, and how many stay aside
 */
export async function reopen(passphrase, signal) {
  const old = await opened(passphrase, signal);
  return withVault(openVault, async (vault) => {
    const rows = (await listAside()).filter(({ row }) => !row.erased);
    const found = (await Promise.all(rows.map((of) => renewed(of, [vault, ...old], vault)))).filter((each) => each !== undefined);
    const back = await putAllBack(found, vault);
    return { back, left: rows.length - back };
  });
}

const oldRecords = async () => {
  const [profile, rows] = [await profileInUse(), await readAll('profiles')];
  return rows.filter(({ id, aside }) => aside && idOf(id) === profile);
};

/** The vaults that it opens. @param {string} passphrase @param {AbortSignal} [signal] @returns {Promise<Vault[]>} */
async function opened(passphrase, signal) {
  /** @type {Vault[]} */
  const vaults = [];
  /** @type {unknown} */
  let failure = new VaultError('wrong-passphrase');
  for (const { id } of await oldRecords()) {
    try {
      // Each has a count of its own: whoever set one himself must not clear that of another by it.
      vaults.push((await oneTry(id, () => tryProfile(id, passphrase, signal))).vault);
    } catch (error) {
      if (!(error instanceof VaultError || error instanceof WaitError)) throw error;
      if (error instanceof WaitError) failure = error;
    }
  }
  if (!vaults.length) throw failure;
  return vaults;
}

/** @param {Aside} of @param {Vault[]} keys @param {Vault} vault @returns {Promise<Found | undefined>} */
async function renewed(of, keys, vault) {
  for (const key of keys) {
    const value = await key.decrypt(of.row).catch(() => undefined);
    if (value) return { of, fresh: await vault.encrypt(placeOf(vault.profile, of.id), of.row.n + 1, value, of.at) };
  }
  return undefined;
}

/** Those whose place is taken, by the same case fetched again, stay aside. @param {Found[]} found @param {Vault} vault */
function putAllBack(found, vault) {
  return transact(['drafts', 'cases', 'days', 'profiles'], 'readwrite', (store, fail) => {
    fence(store, fail, vault);
    let count = 0;
    for (const { of: { kind, row }, fresh } of found) {
      const [there, other] = [store(kind).get(row.id), store(kind).get(fresh.id)];
      other.onsuccess = () => {
        if (!there.result || other.result) return;
        store(kind).put(fresh);
        store(kind).delete(row.id);
        count += 1;
      };
    }
    return () => count;
  });
}
