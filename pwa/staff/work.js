/** The work that is open, in memory: every case that has not ended or in which a message waits, in the order in which it is to be done. */

import { MESSAGE } from '../crypto/steps.js';

/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./staff-api.js').WorkRow} WorkRow */
/** @typedef {import('./staff-api.js').StaffApi} StaffApi */
/** @typedef {(row: WorkRow, work: Work) => boolean} Queue */

export const ENDED = ['diserahkan', 'ditolak', 'dibatalkan', 'kegiatan_selesai', 'aduan_dijawab', 'aduan_ditutup'];

/** Whether a case is open: it has not ended, or a message waits in it. @param {CaseRow} row */
export const isOpen = ({ state, waiting }) => !ENDED.includes(state) || waiting > 0;

/** The queues beside those of each state, those that are looked at first standing first. @type {Record<string, Queue>} */
export const QUEUES = {
  all: () => true,
  late: ({ due }, { today }) => due !== null && due < today,
  today: ({ due }, { today }) => due === today,
  mine: (row, { assigned, login }) => assigned[row.case] === login,
  office: ({ waits_for }) => waits_for === 'office',
  applicant: ({ waits_for }) => waits_for === 'applicant',
  messages: ({ waiting }) => waiting > 0,
  complaints: ({ kind }) => kind === 'cmp',
};

export class Work {
  /** @param {StaffApi} api @param {string} login of the officer who looks */
  constructor(api, login) {
    this.api = api;
    this.login = login;
    /** @type {Record<string, string>} the officer of every case that is assigned */
    this.assigned = {};
    this.place = '';
    this.today = '';
    /** @type {WorkRow[]} */
    this.rows = [];
    /** @type {CaseRow[]} what ended last, the newest first: as much of it as is read for the search */
    this.ended = [];
    /** @type {Record<string, number>} how many cases each state has, those that ended too */
    this.counts = {};
    /** @type {import('./staff-api.js').Rule[]} */
    this.rules = [];
  }

  /** Forget everything. */
  stop() {
    this.place = '';
    this.rows = [];
    this.ended = [];
    this.counts = {};
  }

  /** How many cases ended before those. */
  get older() {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0) - this.rows.length - this.ended.length;
  }

  /** Hear what is new; the rows come only when there is something. @returns {Promise<void>} */
  async refresh() {
    const told = await this.api.work({ known: this.place });
    this.place = told.place;
    this.#count(told);
    if (!told.rows) return;
    this.rules = told.rules;
    this.rows = told.rows.sort(inOrder);
    this.ended = told.ended;
  }

  /** Hear of one case alone, after a step. @param {string} id */
  async renew(id) {
    const told = await this.api.work({ case: id });
    this.#count(told);
    this.rows = [...this.rows.filter((row) => row.case !== id), ...(told.rows ?? [])].sort(inOrder);
  }

  /** Take a step for recorded that waits to be sent. @param {{case: string, n: number, step: string}} event */
  propose(event) {
    const state = event.step === MESSAGE ? {} : { state: event.step };
    this.rows = this.rows.map((row) => (row.case === event.case ? { ...row, ...state, n: event.n } : row));
    this.place = ''; // what the office says takes its place
  }

  /** @param {string} id @returns {WorkRow | undefined} */
  find(id) {
    return this.rows.find((row) => row.case === id);
  }

  /** The cases of a queue: one of `QUEUES`, or a state. @param {string} name @returns {WorkRow[]} */
  queue(name) {
    const belongs = QUEUES[name] ?? (({ state }) => state === name);
    return this.rows.filter((row) => belongs(row, this));
  }

  /** @param {import('./staff-api.js').WorkState} told */
  #count({ today, counts, assigned }) {
    this.today = today;
    this.counts = counts;
    this.assigned = assigned;
  }
}

/**
 * What the office has to do before what it waits for, by deadline; without one, what has been quiet longest.
 * @param {WorkRow} one @param {WorkRow} other
 */
export function inOrder(one, other) {
  if (one.waits_for !== other.waits_for) return one.waits_for === 'office' ? -1 : 1;
  const [due, otherDue] = [one.due ?? '9', other.due ?? '9'];
  if (due !== otherDue) return due < otherDue ? -1 : 1;
  return one.last_at - other.last_at || one.at - other.at;
}
