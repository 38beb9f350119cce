/**
 * One step for a group of cases, each opened, signed and numbered by itself, so that one that cannot have it keeps none of
 * the others up. A case that is not as it was listed is left to be looked at.
 */

import { within } from '../stopwatch.js';
import { fetchCase } from './fetch-case.js';
import { stateAfter, stepsAfter, wayOf, waysOf } from './next-steps.js';
import { nextNumber, signStep } from './sign-step.js';
import { ApiError, PATIENCE } from './staff-api.js';
import { unanswered } from './thread.js';

/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {'done' | 'waits' | 'changed' | 'several' | 'shut' | 'asked' | 'unusual' | 'stopped'} Outcome */
/** @typedef {{row: CaseRow, outcome: Outcome, problem: string, event?: import('../crypto/events.js').Event}} Result `event`: if it is numbered */
/**
 * @typedef {import('./fetch-case.js').Desk & {onError: (error: unknown) => string, onResult: (result: Result) => void,
 *   signal: AbortSignal}} Bulk
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
async function recordOne(row, wanted, bulk) {
  const { keys, outbox, onError } = bulk;
  try {
    const fetched = await fetchCase(row, bulk);
    const outcome = whyNot(row, fetched, wanted.step);
    if (outcome) return { outcome, problem: '' };
    const event = await signStep(fetched.opened, keys, { ...wanted, about: fetched.opened.leaves });
    const isTaken = await outbox.record(event, row.number);
    return isTaken ? { outcome: 'done', problem: '', event } : { outcome: 'waits', problem: '' };
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) return { outcome: 'changed', problem: '' };
    return { outcome: 'stopped', problem: onError(error) };
  }
}

/** @param {CaseRow} row @param {import('./fetch-case.js').Fetched} fetched @param {string} step @returns {Outcome | null} */
function whyNot(row, { opened, isAway }, step) {
  const { leaves, events, former } = opened;
  // While the office is away nothing else is known of a case than how it was listed, and what waits.
  const state = isAway && events.length === 0 ? row.state : stateAfter([...former.flatMap((one) => one.events), ...events]);
  if (state !== row.state || nextNumber(opened) - 1 !== row.n) return 'changed';
  if (leaves.length > 1) return 'several';
  if (leaves.length === 0 || !leaves[0].answers) return 'shut';
  if (isAway ? row.waiting > 0 : unanswered(opened).length > 0) return 'asked';
  return stepsAfter(state, wayOf(opened)).usual.includes(step) ? null : 'unusual';
}

/**
 * The steps that may usually follow in every one of these cases, by the form of each: which way a case goes is seen when it is
 * opened. One whose form does not come in time does not open either, and keeps none of the others up.
 * @param {CaseRow[]} rows @param {Pick<import('./staff-api.js').StaffApi, 'form'>} api
 */
export async function commonSteps(rows, api) {
  const named = new Map(rows.map(({ service, form }) => [`${service}/${form}`, { service, form }]));
  const found = await Promise.all([...named].map(async ([key, { service, form }]) => /** @type {const} */ ([key, await inTime(api.form(service, form))])));
  const forms = new Map(found);
  const usual = [];
  for (const { service, form: name, state } of rows) {
    const form = forms.get(`${service}/${name}`);
    if (form) usual.push([...new Set(waysOf(form).flatMap((way) => stepsAfter(state, way).usual))]);
  }
  const [first = [], ...rest] = usual;
  return first.filter((step) => rest.every((steps) => steps.includes(step)));
}

/** What comes before nobody waits for it any more, or null. @template T @param {Promise<T>} coming @returns {Promise<T | null>} */
const inTime = (coming) => within(PATIENCE, (signal) => Promise.race([
  coming, new Promise((_, refuse) => signal.addEventListener('abort', refuse)),
])).catch(() => null);
