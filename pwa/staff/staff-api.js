/** What the console asks the server; everything that comes back is sealed or public. */

import { loadForm } from '../pins.js';
import { within } from '../stopwatch.js';

/** @typedef {import('./answer-text.js').StaffForm} StaffForm */
/** @typedef {import('./open-case.js').RawCase} RawCase */
/** @typedef {import('../crypto/events.js').Event} Event */
/**
 * @typedef {{case: string, service: string, form: string, first_at: number, last_at: number, received: number,
 *   state: string, n: number, versions: number, area: string | null, channel: string, number: string, kind: string,
 *   waiting: number, formers: string[]}} CaseRow `waiting`: messages that no step is about; `formers`: what it continues
 *   under a new code, the oldest first
 */
/** @typedef {{login: string, disabled: boolean, pub: string | null, kids: string[]}} OfficerRow */
/** @typedef {{rows: CaseRow[], next: string | null, counts: Record<string, number>}} CasePage */
/**
 * @typedef {CaseRow & {waits_for: 'office' | 'applicant', due: string | null, rule: number | null, at: number}} WorkRow
 * `due`: the last day on which the office is in time; `at`: its place in the order of arrival
 * @typedef {{days: number, law: string, checked: string, unverified: Record<string, string> | null}} Rule
 * @typedef {{place: string, today: string, counts: Record<string, number>, assigned: Record<string, string>}} WorkState
 * @typedef {{rev: string | null, assigned: string | null, on: string | null, sealed: string | null}} Kept
 * @typedef {WorkState & ({rows: WorkRow[], ended: CaseRow[], rules: Rule[]} | {rows: null, ended: null, rules: null})} WorkTold
 * `ended`: what ended last, the newest first
 */
/** @typedef {{case: string, number: string, service: string, rule: string, since: number, due: number, formers: string[]}} DueRow */
/**
 * @typedef {import('./person-files.js').Asked & {case: string, number: string}} RequestRow `hours` left; late below zero
 */
/** @typedef {{rows: DueRow[], total: number, rules: Record<string, {period: string, basis: string}>}} DuePage */

/**
 * @typedef {{ticket: string, id: string, case: string, came: 'arrived' | 'absent' | null}} TicketRow `case`: its number
 * @typedef {{day: string, today: string, zone: string,
 *   hours: {place: string, begins: number, ends: number, tickets: TicketRow[]}[]}} Tickets
 */

export const PATIENCE = 20_000; // milliseconds; who waits longer for a case or a step has a line of people before them

/** The server said no (`status`), or did not answer at all (status 0). */
export class ApiError extends Error {
  name = 'ApiError';

  /** @param {number} status @param {any} [body] */
  constructor(status, body) {
    super(`${status} ${body?.error ?? ''} ${body?.reason ?? ''}`.trim());
    this.status = status;
    this.reason = String(body?.reason ?? body?.error ?? '');
    this.body = body;
  }

  /** Whether nobody answered who could have taken it: it can be asked again later. */
  get isAway() {
    return [0, 502, 503, 504].includes(this.status);
  }
}

export class StaffApi {
  /**
   * @param {string} csrf
   * @param {(api: StaffApi) => Promise<boolean>} proveAgain asks who sits there; whether that was proved
   */
  constructor(csrf, proveAgain) {
    this.csrf = csrf;
    this.proveAgain = proveAgain;
    /** @type {Map<string, Promise<StaffForm | null>>} */
    this.forms = new Map();
  }

  /** @param {{state?: string, older?: number | null, after?: string | null, limit?: number}} query @returns {Promise<CasePage>} */
  cases(query) {
    const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
    return ask(`/staff/api/cases?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`);
  }

  /**
   * Every case that is open, or one of them; no rows where nothing changed since the place that is known.
   * @param {{known: string} | {case: string}} query @returns {Promise<WorkTold>}
   */
  async work(query) {
    const { columns, rows, ended, rules, ...state } = await ask(`/staff/api/work?${new URLSearchParams(query)}`);
    if (!rows) return { ...state, rows: null, ended: null, rules: null };
    const read = (/** @type {any[][]} */ values) => values.map((row, at) => workRow(columns, row, at));
    return { ...state, rules, rows: read(rows), ended: read(ended) };
  }

  /**
   * What is sealed of some cases.
   * @param {string[]} cases @param {AbortSignal} [signal] @returns {Promise<{sealed: Record<string, Omit<RawCase, 'events'>>}>}
   */
  indexOf(cases, signal) {
    return ask(`/staff/api/index?${new URLSearchParams({ cases: cases.join(',') })}`, { signal });
  }

  /**
   * A page of every case, those that are open or ended last with what is sealed of them.
   * @param {string} after
   * @returns {Promise<CasePage & {sealed: Record<string, Omit<RawCase, 'events'>>}>}
   */
  index(after) {
    return ask(`/staff/api/index?${new URLSearchParams({ after })}`);
  }

  /** @param {string} id @returns {Promise<RawCase>} */
  case(id) {
    return within(PATIENCE, (signal) => ask(`/staff/api/cases/${id}`, { signal }));
  }

  /** A file of a case, as it is sealed. @param {string} id @param {string} digest @returns {Promise<import('../crypto/canonical.js').Bytes>} */
  async file(id, digest) {
    const answer = await fetch(`/staff/api/cases/${id}/blobs/${digest}`, { cache: 'no-store', redirect: 'error' }).catch(() => {
      throw new ApiError(0);
    });
    if (!answer.ok) throw new ApiError(answer.status, await answer.json().catch(() => null));
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** @param {Event} event @returns {Promise<Event>} */
  addEvent(event) {
    return within(PATIENCE, (signal) => this.#send(`cases/${event.case}/events`, event, signal));
  }

  /** Keep officers' own notes with a case. @param {string} id @param {Kept} kept @returns {Promise<Kept>} */
  keepWork(id, kept) {
    return this.post(`cases/${id}/work`, kept);
  }

  /** Erase a case. @param {{_id: string, sig: string, [key: string]: unknown}} gone its signed mark @returns {Promise<{keys: number}>} */
  erase(gone) {
    return this.post(`cases/${gone._id.slice('gone.'.length)}/erase`, gone);
  }

  /** Void the code of a case. @param {string} id @param {object} body @returns {Promise<{keys: number}>} */
  voidCode(id, body) {
    return this.post(`cases/${id}/void`, body);
  }

  /** @returns {Promise<RequestRow[]>} */
  async requests() {
    return (await ask('/staff/api/requests')).rows;
  }

  /** @param {string} kind @param {string} id of the case */
  addRequest(kind, id) {
    return this.post('requests', { kind, case: id });
  }

  /** @param {string} id */
  finishRequest(id) {
    return this.post(`requests/${id}/done`, {});
  }

  /** Everything there is of a case. @param {string} id @returns {Promise<import('./person-files.js').Exported>} */
  exportCase(id) {
    return this.post(`cases/${id}/export`, {});
  }

  /** Have it kept that this officer recovers drafts. @param {number} drafts */
  noteRescue(drafts) {
    return this.post('rescued', { drafts });
  }

  /** Have it kept that this officer saves a list. @param {{cases: number, columns: 'known' | 'answers', ending: string}} told */
  noteListExport(told) {
    return this.post('list-export', told);
  }

  /** @returns {Promise<DuePage>} */
  due() {
    return ask('/staff/api/due');
  }

  /** Who has a ticket on a day, or today. @param {string} [day] @returns {Promise<Tickets>} */
  tickets(day = '') {
    return within(PATIENCE, (signal) => ask(`/staff/api/tickets?${new URLSearchParams({ day })}`, { signal }));
  }

  /** @returns {Promise<{officers: OfficerRow[]}>} */
  officers() {
    return ask('/staff/api/officers');
  }

  /** @param {import('../crypto/keyring.js').OfficerKey} record @returns {Promise<{granted: boolean}>} */
  keepOwnKey(record) {
    return this.post('officer-key', record);
  }

  /** @param {{officer: string, pub: string, grants: Record<string, string>}} grants */
  grant(grants) {
    return this.post('grants', grants);
  }

  /** @param {string} login */
  removeOfficer(login) {
    return this.post(`officers/${login}/remove`, {});
  }

  /** @param {string} after @returns {Promise<{rows: import('./rotation.js').Row[], next: string | null, left: number | null}>} */
  unwrapped(after) {
    return ask(`/staff/api/rotation?${new URLSearchParams({ after })}`);
  }

  /** @param {[string, string, object][]} wraps id, revision, new wrap @returns {Promise<{rows: string[][]}>} */
  rewrap(wraps) {
    return this.post('rotation', wraps);
  }

  /** @param {string} after @returns {Promise<{rows: [import('../crypto/version.js').Version, import('../crypto/version.js').Wrap][], next: string | null}>} */
  surveyAnswers(after) {
    return ask(`/staff/api/survey?${new URLSearchParams({ after })}`);
  }

  endRotation() {
    return this.post('rotation/end', {});
  }

  /**
   * Prove who sits there: with the password and a code of an authenticator app or a recovery code, or with a passkey.
   * @param {{password: string, code: string} | {assertion: string}} proof
   */
  stepUp(proof) {
    return this.#send('step-up', proof);
  }

  /**
   * Send something; where the server wants to know first who sits there, that is asked and it is sent again.
   * @param {string} path @param {unknown} content
   */
  async post(path, content) {
    try {
      return await this.#send(path, content);
    } catch (error) {
      const isAsked = error instanceof ApiError && error.body?.error === 'step-up';
      if (!isAsked || !(await this.proveAgain(this))) throw error;
      return this.#send(path, content);
    }
  }

  /** @param {string} path @param {unknown} content @param {AbortSignal} [signal] */
  #send(path, content, signal) {
    const headers = { 'Content-Type': 'application/json', 'X-CSRF': this.csrf };
    return ask(`/staff/api/${path}`, { method: 'POST', headers, body: JSON.stringify(content), signal });
  }

  /** @returns {Promise<import('./keys.js').Sealed>} */
  keys() {
    return ask('/staff/api/keys');
  }

  /**
   * A form by its name, which is a hash of it; null when the office does not have it.
   * @param {string} service @param {string} name
   * @returns {Promise<StaffForm | null>}
   */
  form(service, name) {
    const key = `${service}/${name}`;
    const form = this.forms.get(key) ?? loadForm(service, name).then((loaded) => (loaded.name === name ? loaded.form : null));
    this.forms.set(key, form); // also while it is on its way: many ask at once
    form.then((found) => found ?? this.forms.delete(key), () => this.forms.delete(key));
    return form;
  }
}

/** @param {string[]} columns @param {any[]} values @param {number} at @returns {WorkRow} */
function workRow(columns, values, at) {
  const row = /** @type {any} */ (Object.fromEntries(columns.map((name, place) => [name, values[place]])));
  return { ...row, formers: row.formers.split(' ').filter(Boolean), at };
}

/** @param {string} path @param {RequestInit} [options] */
async function ask(path, options) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, { cache: 'no-store', ...options });
  } catch (cause) {
    throw Object.assign(new ApiError(0), { cause });
  }
  const body = await response.json().catch(() => null);
  if (!response.ok || body === null) throw new ApiError(response.ok ? 0 : response.status, body);
  return body;
}
