/** This phone's own key is gone or damaged: what can be mended is, and a new one is made only when a person says so. */

import { readAll, write } from './db.js';
import { VaultError } from './device-errors.js';
import { tellShift } from './profiles.js';
import { KEY, Vault, importKey, makeKey, newCanary, openDevice, takeVault } from './vault.js';

/** @typedef {import('./vault.js').VaultRecord} VaultRecord */

/** Go on although `openDevice` failed. A new key is taken only where the one that is here opens nothing of what is here. */
export async function renewVault() {
  try {
    return await openDevice();
  } catch (error) {
    if (!(error instanceof VaultError) || error.reason === 'newer') throw error;
    const key = await keyThatOpens();
    if (key) await write('meta', await newCanary(key));
    else await makeKey({ isWanted: true });
    takeVault();
    tellShift();
    return openDevice();
  }
}

/** The key of this device if it opens something: then only the record by which it is tried is damaged. */
async function keyThatOpens() {
  const [meta, drafts, cases, profiles] = await Promise.all([readAll('meta'), readAll('drafts'), readAll('cases'), readAll('profiles')]);
  const row = meta.find(({ name }) => name === KEY);
  if (!row) return undefined;
  const vault = new Vault(row.key ?? (await importKey(row.raw)));
  for (const record of [...profiles, ...drafts, ...cases]) {
    if (record.ct && (await vault.decrypt(record).then(() => true, () => false))) return vault.key;
  }
  return undefined;
}
