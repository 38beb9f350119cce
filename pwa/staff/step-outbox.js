/**
 * Steps that could not be sent: kept in this browser as they were signed, with their notes sealed, until the office numbers
 * them. Until then they are proposals: where another step has the number, the officer is shown that and asked again.
 */

import { ApiError } from './staff-api.js';

/** @typedef {import('../crypto/events.js').Event} SignedEvent */
/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {{event: SignedEvent, number: string, other: SignedEvent | null, reason: string}} Waiting */

const PERIOD = 10_000; // milliseconds between two tries
const NAME = 'rantau-steps.'; // and the officer's login, in the browser's storage

export class StepOutbox {
  /**
   * @param {{api: import('./staff-api.js').StaffApi, login: string, onChange: () => void, onSent: (id: string) => void,
   *   onError: (error: unknown) => string}} desk `onSent` is called with each case of which a step was numbered
   */
  constructor({ api, login, onChange, onSent, onError }) {
    this.api = api;
    this.name = NAME + login;
    this.onChange = onChange;
    this.onSent = onSent;
    this.onError = onError;
    this.isSending = false;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    /** @type {Waiting[]} */
    this.steps = [];
    /** @type {string[]} cases that were opened meanwhile, of which the office has no trace yet */
    this.opened = [];
    Object.assign(this, JSON.parse(localStorage.getItem(this.name) ?? '{}'));
  }

  /** Begin to try; safe to call twice. */
  start() {
    this.timer ??= setInterval(this.send, PERIOD);
    addEventListener('online', this.send);
    void this.send();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
    removeEventListener('online', this.send);
  }

  /** @param {SignedEvent} event @param {string} number the case's, to say aloud */
  add(event, number) {
    this.steps = [...this.steps.filter((one) => one.event._id !== event._id), { event, number, other: null, reason: '' }];
    this.#keep();
  }

  /** Remember to tell the office that a case was opened. @param {string} id */
  noteOpened(id) {
    if (!this.opened.includes(id)) this.opened.push(id);
    this.#keep();
  }

  /** Take a step out: it was taken up again, or is not wanted. @param {Waiting} step */
  remove(step) {
    this.steps = this.steps.filter((one) => one.event.sig !== step.event.sig);
    this.#keep();
  }

  /** The steps of a case, as they wait. @param {string} id */
  of(id) {
    return this.steps.filter(({ event }) => event.case === id);
  }

  send = async () => {
    if (this.isSending || (this.steps.length === 0 && this.opened.length === 0)) return;
    this.isSending = true;
    try {
      while (this.opened.length) {
        await this.api.case(this.opened[0]);
        this.opened.shift();
        this.#keep();
      }
      for (const step of [...this.steps]) if (!step.other && !step.reason) await this.#sendOne(step);
    } catch (error) {
      this.onError(error); // who is signed out by then is told
    } finally {
      this.isSending = false;
      this.onChange();
    }
  };

  /** @param {Waiting} step */
  async #sendOne(step) {
    try {
      await this.api.addEvent(step.event);
      this.remove(step);
      this.onSent(step.event.case);
    } catch (error) {
      if (!(error instanceof ApiError) || ![409, 422].includes(error.status)) throw error;
      // What follows in the same case was meant after this one.
      for (const one of this.of(step.event.case)) Object.assign(one, { other: error.body?.event ?? null, reason: error.reason });
      this.#keep();
    }
  }

  /** Written at once: what is signed must outlive the page. */
  #keep() {
    const { steps, opened } = this;
    if (steps.length + opened.length) localStorage.setItem(this.name, JSON.stringify({ steps, opened }));
    else localStorage.removeItem(this.name);
    this.onChange();
  }
}
