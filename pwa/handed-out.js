/** A volunteer's phone forgets a receipt code, and what it opens, once the applicant has it. */

import { listDrafts } from './drafts.js';
import { listRecords, updateRecord } from './records.js';
import { vaultAtHand } from './vault.js';

/** The code is still needed here, for a correction that is not sent. */
export class CodeNeededError extends Error {
  name = 'CodeNeededError';
}

/**
 * Forget the code of a case and the name on it; its steps, the sealed copy and the office's receipt stay. Throws a `CodeNeededError`.
 * @param {string} caseId
 */
export async function handOut(caseId, now = Date.now()) {
  const drafts = /** @type {{case?: string | null}[]} */ (await listDrafts());
  if (drafts.some((draft) => draft.case === caseId)) throw new CodeNeededError();
  await updateRecord('cases', caseId, (content) => (content.handed ? undefined : forgotten(content, Math.floor(now / 1000))));
}

/**
 * Drop from the cases whose codes were handed out what is not in the outbox any more: what nobody can open here.
 * @param {string[]} kept the ids in the outbox
 */
export async function dropCopies(kept) {
  const handed = (await listRecords('cases', vaultAtHand)).filter((content) => content.handed);
  for (const { id } of handed) await updateRecord('cases', id, (content) => without(content, kept), Date.now(), vaultAtHand);
}

/** @param {import('./case-content.js').Content} content @param {string[]} kept */
function without(content, kept) {
  const versions = content.versions.filter(([{ _id }]) => kept.includes(_id));
  return versions.length < content.versions.length ? { ...content, versions } : undefined;
}

/** @param {import('./case-content.js').Content} content @param {number} handed in seconds */
const forgotten = (content, handed) => ({ ...content, handed, title: '', code: '', open: '', proof: '' });
