/** A volunteer's phone forgets a receipt code, and what it opens, once the applicant has it. */

import { listDrafts } from './drafts.js';
import { updateRecord } from './records.js';

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

/** @param {import('./case-content.js').Content} content @param {number} handed in seconds */
const forgotten = (content, handed) => ({ ...content, handed, title: '', code: '', open: '', proof: '' });
