/**
 * The survey that is half filled in, sealed on this phone until it is sent. The answers alone: nothing says which case,
 * or whose, made a person open the survey.
 */

import { read, remove, transact } from './db.js';
import { LockedError, VaultError } from './device-errors.js';
import { placeOf, withVault } from './records.js';
import { fence, vaultAtHand } from './vault.js';

/** @typedef {Record<string, string>} Answers */

const DRAFT = 'survey-draft'; // in `meta`

/** What was answered so far, and when; what does not open any more is nobody's loss, and goes. @returns {Promise<{answers: Answers, at: number} | null>} */
export const loadAnswers = () => withVault(vaultAtHand, async (vault) => {
  const record = await read('meta', placeOf(vault.profile, DRAFT));
  return record ? { answers: await vault.decrypt(record), at: record.at } : null;
}).catch(async (error) => {
  if (!(error instanceof VaultError)) return unlessLocked(null)(error);
  await forgetAnswers(); // not with a key of before, which opens nothing any more
  return null;
});

/** @param {Answers} answers @returns {Promise<boolean>} whether they are stored: nobody is asked to unlock anything for a survey */
export const keepAnswers = (answers) => withVault(vaultAtHand, async (vault) => {
  const name = placeOf(vault.profile, DRAFT);
  const n = ((await read('meta', name))?.n ?? 0) + 1;
  const row = { ...(await vault.encrypt(name, n, answers)), name };
  await transact(['meta', 'profiles'], 'readwrite', (store, fail) => {
    fence(store, fail, vault);
    store('meta').put(row);
  });
  return true;
}).catch(unlessLocked(false));

/** Forget them: they are not wanted. */
export async function forgetAnswers() {
  const name = await answersPlace();
  if (name) await remove('meta', name);
}

/** Their name in `meta`; none where a person would have to unlock it. */
export async function answersPlace() {
  const vault = await opened();
  return vault ? placeOf(vault.profile, DRAFT) : undefined;
}

/** @template T @param {T} otherwise @returns {(error: unknown) => T} */
const unlessLocked = (otherwise) => (error) => {
  if (!(error instanceof LockedError)) throw error;
  return otherwise;
};

/** The vault of the profile in use, unless a person would have to unlock it. */
const opened = () => vaultAtHand().catch(unlessLocked(null));
