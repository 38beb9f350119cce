/**
 * The survey that is half filled in, sealed on this phone until it is sent. The answers alone: nothing says which case,
 * or whose, made a person open the survey.
 */

import { read, remove, write } from './db.js';
import { LockedError, VaultError } from './device-errors.js';
import { placeOf } from './records.js';
import { vaultAtHand } from './vault.js';

/** @typedef {Record<string, string>} Answers */

const DRAFT = 'survey-draft'; // in `meta`

/** What was answered so far, and when; what does not open any more is nobody's loss, and goes. @returns {Promise<{answers: Answers, at: number} | null>} */
export async function loadAnswers() {
  const vault = await opened();
  const record = vault && (await read('meta', placeOf(vault.profile, DRAFT)));
  if (!vault || !record) return null;
  return vault.decrypt(record).then((answers) => ({ answers, at: record.at }), async (error) => {
    if (!(error instanceof VaultError)) throw error;
    await forgetAnswers();
    return null;
  });
}

/** @param {Answers} answers @returns {Promise<boolean>} whether they are stored: nobody is asked to unlock anything for a survey */
export async function keepAnswers(answers) {
  const vault = await opened();
  if (!vault) return false;
  const name = placeOf(vault.profile, DRAFT);
  await write('meta', { ...(await vault.encrypt(name, 1, answers)), name });
  return true;
}

/** Forget them: they were sent, or are not wanted. */
export async function forgetAnswers() {
  const vault = await opened();
  if (vault) await remove('meta', placeOf(vault.profile, DRAFT));
}

/** The vault of the profile in use, unless a person would have to unlock it. */
const opened = () => vaultAtHand().catch((error) => {
  if (!(error instanceof LockedError)) throw error;
  return null;
});
