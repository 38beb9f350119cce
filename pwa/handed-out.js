/** A volunteer's phone forgets a receipt code, and what it opens, once the applicant has it. */

import { listDrafts } from './drafts.js';
import { listRecords, updateRecord } from './records.js';
import { vaultAtHand } from './vault.js';

/** The code is still needed here, to seal a correction or a message that was begun; `what` says which. */
export class CodeNeededError extends Error {
  name = 'CodeNeededError';

  /** @param {'correction' | 'message'} what */
  constructor(what) {
    super(what);
    this.what = what;
  }
}

/**
 * Forget the code of a case and the name on it; its steps, the sealed copy and the office's receipt stay, and what proves
 * to the office whose wish for a day it is, while that waits for a signal. Throws a `CodeNeededError`.
 * @param {string} caseId
 */
export async function handOut(caseId, now = Date.now()) {
  const drafts = /** @type {{case?: string | null}[]} */ (await listDrafts());
  if (drafts.some((draft) => draft.case === caseId)) throw new CodeNeededError('correction');
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

/**
 * Whether a wish for a day still goes to the office from here: not one that lost what proves whose it is.
 * @param {Pick<import('./case-content.js').Content, 'booking' | 'proof'>} content
 */
export const isWishKept = ({ booking, proof }) => Boolean(booking?.ask && proof);

/** @param {import('./case-content.js').Content} content @param {string[]} kept */
function without(content, kept) {
  const versions = content.versions.filter(([{ _id }]) => kept.includes(_id));
  return versions.length < content.versions.length ? { ...content, versions } : undefined;
}

/** A case whose code is given away. Throws a `CodeNeededError`. @param {import('./case-content.js').Content} content @param {number} handed in seconds */
export function forgotten({ typed, ...content }, handed) {
  if (typed?.pesan.trim() || typed?.puas) throw new CodeNeededError('message');
  return { ...content, handed, title: '', code: '', open: '', proof: content.booking?.ask ? content.proof : '' };
}
