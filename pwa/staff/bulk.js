/**
 * One step for a group of cases, each opened, signed and numbered by itself, so that one that cannot have it keeps none of
 * the others up. A case that is not as it was listed is left to be looked at.
 */

import { openCase } from './open-case.js';
import { stateAfter, stepsAfter } from './next-steps.js';
import { signStep } from './sign-step.js';
import { ApiError } from './staff-api.js';
import { unanswered } from './thread.js';

/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {'done' | 'changed' | 'several' | 'shut' | 'asked' | 'unusual' | 'stopped'} Outcome */
/** @typedef {{row: CaseRow, outcome: Outcome, problem: string}} Result */
/**
 * @typedef {{api: import('./staff-api.js').StaffApi, keys: import('./keys.js').Keys, onError: (error: unknown) => string,
 *   onResult: (result: Result) => void, signal: AbortSignal}} Bulk
 */

/**
 * Record a step in every case, one after the other; tells each result as soon as it is known.
 * @param {CaseRow[]} rows @param {{step: string, text: string}} wanted @param {Bulk} bulk
 */
export async function recordAll(rows, wanted, bulk) {
  for (const row of rows) {
    if (bulk.keys.isForgotten) return;
    if (bulk.signal.aborted) bulk.onResult({ row, outcome: 'stopped', problem: '' });
    else bulk.onResult({ row, ...(await recordOne(row, wanted, bulk)) });
  }
}

/** @param {CaseRow} row @param {{step: string, text: string}} wanted @param {Bulk} bulk @returns {Promise<Omit<Result, 'row'>>} */
async function recordOne(row, wanted, { api, keys, onError }) {
  try {
    const opened = await openCase(row.case, await api.case(row.case), keys, (service, name) => api.form(service, name));
    const outcome = whyNot(row, opened, wanted.step);
    if (outcome) return { outcome, problem: '' };
    await api.addEvent(await signStep(opened, keys, { ...wanted, about: opened.leaves }));
    return { outcome: 'done', problem: '' };
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) return { outcome: 'changed', problem: '' };
    return { outcome: 'stopped', problem: onError(error) };
  }
}

/** @param {CaseRow} row @param {import('./open-case.js').OpenedCase} opened @param {string} step @returns {Outcome | null} */
function whyNot(row, opened, step) {
  const { leaves, events, former } = opened;
  const state = stateAfter([...former.flatMap((one) => one.events), ...events]);
  if (state !== row.state || events.length !== row.n) return 'changed';
  if (leaves.length > 1) return 'several';
  if (leaves.length === 0 || !leaves[0].answers) return 'shut';
  if (unanswered(opened).length > 0) return 'asked';
  return stepsAfter(state).usual.includes(step) ? null : 'unusual';
}

/** The steps that usually follow in every one of these cases. @param {CaseRow[]} rows */
export function commonSteps(rows) {
  const [first, ...rest] = rows.map(({ state }) => stepsAfter(state).usual);
  return (first ?? []).filter((step) => rest.every((usual) => usual.includes(step)));
}
