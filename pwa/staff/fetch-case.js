/**
 * Everything of a case: from the office, or while it is away what was fetched of it for the search and when it was opened
 * last; and what waits of it.
 */

import { openCase, openEvent } from './open-case.js';
import { ApiError } from './staff-api.js';

/** @typedef {import('./open-case.js').RawCase} RawCase */
/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/**
 * @typedef {{api: import('./staff-api.js').StaffApi, keys: import('./keys.js').Keys, index: import('./case-index.js').CaseIndex,
 *   outbox: import('./step-outbox.js').StepOutbox, assigned?: Record<string, string>}} Desk `assigned`: as the list heard it last
 */
/** @typedef {{raw: RawCase, opened: import('./open-case.js').OpenedCase, isAway: boolean}} Fetched */

/** Open a case with the steps that wait to be sent. @param {CaseRow} row @param {Desk} desk @returns {Promise<Fetched>} */
export async function fetchCase(row, desk) {
  const { raw, isAway } = await fetchRaw(row, desk);
  const opened = await openCase(row.case, raw, desk.keys, (service, name) => desk.api.form(service, name));
  await addWaiting(opened, isAway ? row : null, desk);
  return { raw, opened, isAway };
}

/**
 * The row of a case, also when it ended or goes on under another code.
 * @param {string} id @param {{work: import('./work.js').Work, index: import('./case-index.js').CaseIndex}} list
 * @returns {Promise<CaseRow>}
 */
export async function rowOf(id, { work, index }) {
  const isIt = (/** @type {CaseRow} */ row) => row.case === id || row.formers.includes(id);
  const listed = work.rows.find(isIt);
  if (listed) return listed;
  const inIndex = () => [...index.cases.values()].map(({ row }) => row).findLast(isIt);
  const known = inIndex() ?? (await index.start(), inIndex());
  if (!known) throw new ApiError(404); // erased
  return known;
}

/** @param {CaseRow} row @param {Desk} desk whose outbox tells the office later that the case was opened */
async function fetchRaw(row, { api, index, outbox, assigned }) {
  try {
    const raw = { ...(await api.case(row.case)), heard: Math.floor(Date.now() / 1000) };
    index.heard.set(row.case, raw);
    return { raw, isAway: false };
  } catch (error) {
    const sealed = index.sealed.get(row.case);
    if (!(error instanceof ApiError) || !error.isAway || !sealed) throw error;
    outbox.noteOpened(row.case);
    const { former, heard, work: kept } = index.heard.get(row.case) ?? {};
    const work = { rev: null, on: null, sealed: null, ...kept, assigned: assigned?.[row.case] ?? null };
    return { raw: { ...sealed, events: [], former, heard, work }, isAway: true };
  }
}

/**
 * Add the steps that wait, or, if its own steps are not there, where the case stands as it was listed.
 * @param {import('./open-case.js').OpenedCase} opened @param {CaseRow | null} listed @param {Desk} desk
 */
async function addWaiting({ id, events, versions }, listed, { outbox, keys }) {
  const waiting = outbox.going(id).map(({ event }) => event);
  if (listed && listed.n > 0 && waiting.length === 0) {
    events.push({
      _id: '', type: 'event', case: id, n: listed.n, step: listed.state, at: listed.last_at, on: versions.map(({ v }) => v),
      note: null, kid: '', sig: '', text: null, isGenuine: true,
    });
  }
  // One whose answer was lost may be among the case's own.
  const others = waiting.filter(({ sig }) => events.every((event) => event.sig !== sig));
  events.push(...(await Promise.all(others.map((event) => openEvent(id, event, versions, keys)))));
}
