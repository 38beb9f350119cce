/** Drafts on their way to the office because nobody remembers the passphrase: ciphertext, and the way back to its key. */

import { b64uEncode } from './crypto/canonical.js';
import { readAll, transact } from './db.js';
import { RESCUED } from './profile-vault.js';
import { OWN, idOf } from './vault.js';

/** @typedef {import('./vault.js').VaultRecord} VaultRecord */

/** How many drafts of a profile the office could open. @param {string} profile */
export const countHandable = async (profile) => (await handable(profile)).length;

/** The drafts of a profile as the file that an officer's console opens. @param {string} profile */
export async function handedDrafts(profile) {
  const drafts = await Promise.all((await handable(profile)).map(withImages));
  return new Blob([JSON.stringify({ v: 1, type: 'drafts', profile, drafts })], { type: 'application/json' });
}

/** One record as it lies in the database, for whoever may help. @param {VaultRecord} record */
export const sealedFile = async (record) => new Blob([JSON.stringify(await withImages(record))], { type: 'application/json' });

/** @param {string} profile @returns {Promise<VaultRecord[]>} */
const handable = async (profile) =>
  (await Promise.all(RESCUED.map(readAll))).flat().filter(({ p = OWN, rescue }) => p === profile && Object.keys(rescue ?? {}).length > 0);

/** A draft with its pictures as they lie in the database: their keys are in the draft. @param {VaultRecord} record */
async function withImages(record) {
  const id = idOf(record.id);
  const rows = await transact(['images'], 'readonly', (store) => {
    const found = store('images').getAll(IDBKeyRange.bound(`${id}-`, `${id}.`));
    return () => found.result;
  });
  const images = rows.map((row) => ({ id: row.id, ct: b64uEncode(row.ct) }));
  return { ...handed(record), ...(images.length && { images }) };
}

/** @param {VaultRecord} record */
function handed({ id, v, p = OWN, n, at, iv, ct, dk, rescue }) {
  return { id: idOf(id), v, p, n, at, iv: b64uEncode(iv), ct: b64uEncode(ct), ...(dk && { dk: b64uEncode(dk) }), ...(rescue && { rescue }) };
}
