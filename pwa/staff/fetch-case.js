/** Everything of a case: from the office, or while it is away what was fetched of it for the search. */

import { openEvent } from './open-case.js';
import { ApiError } from './staff-api.js';

/** @typedef {import('./open-case.js').RawCase} RawCase */
/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./step-outbox.js').StepOutbox} StepOutbox */

/**
 * @param {CaseRow} row @param {import('./staff-api.js').StaffApi} api @param {import('./case-index.js').CaseIndex} index
 * @param {StepOutbox} outbox which tells the office later that the case was opened
 * @returns {Promise<{raw: RawCase, isAway: boolean}>}
 */
export async function fetchCase(row, api, index, outbox) {
  try {
    return { raw: await api.case(row.case), isAway: false };
  } catch (error) {
    const sealed = index.sealed.get(row.case);
    if (!(error instanceof ApiError) || !error.isAway || !sealed) throw error;
    outbox.noteOpened(row.case);
    return { raw: { ...sealed, events: [] }, isAway: true };
  }
}

/**
 * Add to a case the steps that wait to be sent, and where it stands as it was listed, if its own steps are not there.
 * @param {import('./open-case.js').OpenedCase} opened @param {CaseRow | null} listed @param {StepOutbox} outbox
 * @param {import('./keys.js').Keys} keys
 */
export async function withWaiting({ id, events, versions }, listed, outbox, keys) {
  const waiting = outbox.of(id).map(({ event }) => event);
  if (listed && listed.n > 0 && waiting.length === 0) {
    events.push({
      _id: '', type: 'event', case: id, n: listed.n, step: listed.state, at: listed.last_at, on: versions.map(({ v }) => v),
      note: null, kid: '', sig: '', text: null, isGenuine: true,
    });
  }
  events.push(...(await Promise.all(waiting.map((event) => openEvent(id, event, versions, keys)))));
}
