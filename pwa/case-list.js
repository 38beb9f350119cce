/** The list of the cases whose codes this device holds. */

import { standingStep } from './case-record.js';
import { spokenNumber } from './crypto/receipt-code.js';
import { transact } from './db.js';
import { listRecords, removeRecord } from './records.js';

/** How many there are, of everybody on this phone. */
export const countCases = () => transact(['cases'], 'readonly', (store) => {
  const count = store('cases').count();
  return () => count.result;
});

/**
 * List the cases, the newest first; one that does not open has a `problem`.
 * @param {() => Promise<import('./vault.js').VaultRecord[]>} [rows] which, in place of all
 */
export async function listCases(rows) {
  const cases = await listRecords('cases', undefined, rows);
  return Promise.all(cases.sort((one, other) => other.at - one.at).map(listed));
}

/** Take a case off this device's list; what still waits in the outbox is sent all the same. @param {string} caseId */
export async function forgetCase(caseId) {
  await removeRecord('cases', caseId);
  document.dispatchEvent(new CustomEvent('rantau:stored'));
}

/** @param {any} content */
async function listed(content) {
  const { id, at, problem, service, title, events, seen, erased, voided } = content;
  if (problem) return { case: id, at, problem };
  if (erased) return { case: id, number: await spokenNumber(id), at, service, erased, voided };
  const unread = events.length > seen;
  return { case: id, number: await spokenNumber(id), at, service, title, handed: content.handed, ...standingStep(content), unread };
}
