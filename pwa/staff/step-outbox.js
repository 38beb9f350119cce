/**
 * Steps that could not be sent: kept in this browser as they were signed until the office numbers them. Until then they are
 * proposals: where another step has the number, the officer is shown that and asked again. Of several tabs one sends.
 */

import { KeptSteps } from './kept-steps.js';
import { ApiError } from './staff-api.js';

/** @typedef {import('../crypto/events.js').Event} SignedEvent */
/** @typedef {import('./kept-steps.js').Waiting} Waiting */

const PERIOD = 10_000; // milliseconds between two tries
const LOCK = 'rantau-steps.'; // and the officer's login; who has it sends

/** Whether a step was not taken, and waits for the officer to decide. @param {Waiting} step */
export const isStopped = ({ other, reason }) => Boolean(other || reason);

export class StepOutbox {
  /**
   * @param {{api: import('./staff-api.js').StaffApi, login: string, onChange: () => void, onHeard: (id: string) => void,
   *   onError: (error: unknown) => string, locks?: LockManager}} desk
   * `onHeard` is called with each case of which a step began to wait, was numbered or was not taken, in this tab or another
   */
  constructor({ api, login, onChange, onHeard, onError, locks = navigator.locks }) {
    this.api = api;
    this.kept = new KeptSteps(login);
    this.lock = LOCK + login;
    this.locks = locks;
    this.onChange = onChange;
    this.onHeard = onHeard;
    this.onError = onError;
    this.problem = ''; // why the office, which answers, takes nothing
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
  }

  /** Every step that waits or was not taken; those of a case in their order. */
  get steps() {
    return this.kept.all().filter(({ isSending }) => !isSending);
  }

  /** Begin to try; safe to call twice. */
  start() {
    this.timer ??= setInterval(this.send, PERIOD);
    addEventListener('online', this.send);
    addEventListener('storage', this.#hear);
    void this.send();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
    removeEventListener('online', this.send);
    removeEventListener('storage', this.#hear);
  }

  /**
   * Have a step numbered, or keep it until the office answers: from the call on it is kept, in place of the other. What the
   * office says against it is thrown, and the step is not kept then: whoever took it has it, and the other is kept again.
   * @param {SignedEvent} event @param {string} number the case's, to say aloud
   * @param {Waiting | null} [instead] the one that was not taken, in whose place it is
   * @returns {Promise<boolean>} whether it is numbered; if not, it waits
   */
  async record(event, number, instead = null) {
    const isSending = this.going(event.case).length === 0; // nothing overtakes what waits
    const step = { event, number, isSending, other: null, reason: '' };
    this.kept.put(step); // before anything else: what is signed outlives the page
    const replaced = instead && this.kept.has(instead.event) ? instead : null;
    if (replaced) this.kept.remove(replaced); // else a page that is cut would leave both
    const isTaken = isSending && Boolean(await this.#alone(() => this.#isTaken(step, replaced)));
    if (!isTaken) this.kept.put({ ...step, isSending: false });
    if (!isTaken) this.onHeard(event.case);
    this.onChange();
    return isTaken;
  }

  /** Whether a step is kept: it waits, was not taken, or is being sent. @param {SignedEvent} event */
  holds(event) {
    return this.kept.has(event);
  }

  /** Remember to tell the office that a case was opened. @param {string} id */
  noteOpened(id) {
    this.kept.putCase(id);
  }

  /** Throw a step away. @param {Waiting} step */
  remove(step) {
    this.kept.remove(step);
    this.onChange();
  }

  /** The steps of a case that wait or were not taken. @param {string} id */
  of(id) {
    return this.steps.filter(({ event }) => event.case === id);
  }

  /** The steps of a case that wait. @param {string} id */
  going(id) {
    return this.of(id).filter((step) => !isStopped(step));
  }

  send = async () => {
    if (this.kept.cases().length || this.#next()) await this.#alone(() => this.#sendAll());
  };

  /** The first one to send, also one that a page was sending when it ended. */
  #next() {
    return this.kept.all().find((step) => !isStopped(step));
  }

  /** Do something unless another tab is sending. @template T @param {() => Promise<T>} act */
  #alone(act) {
    return this.locks.request(this.lock, { ifAvailable: true }, (lock) => (lock ? act() : null));
  }

  async #sendAll() {
    this.problem = '';
    try {
      await this.#tellOpened();
      for (let step = this.#next(); step; step = this.#next()) await this.#sendOne(step);
    } catch (error) {
      const said = this.onError(error); // who is signed out by then is told
      this.problem = error instanceof ApiError && error.isAway ? '' : said;
    } finally {
      this.onChange();
    }
  }

  /** Before any step goes. */
  async #tellOpened() {
    for (const id of this.kept.cases()) {
      await this.api.case(id).catch((error) => {
        if (!(error instanceof ApiError) || error.status !== 404) throw error; // erased meanwhile
      });
      this.kept.removeCase(id);
    }
  }

  /** @param {Waiting} step */
  async #sendOne(step) {
    const { event } = step;
    this.kept.put({ ...step, isSending: false });
    try {
      await this.api.addEvent(event);
      this.kept.remove(step);
    } catch (error) {
      if (!(error instanceof ApiError) || ![409, 422].includes(error.status)) throw error;
      // What follows in the same case was meant after this one.
      const why = { other: error.body?.event ?? null, reason: error.reason };
      for (const one of this.going(event.case)) this.kept.put({ ...one, ...why });
    }
    this.onHeard(event.case);
  }

  /** @param {Waiting} step @param {Waiting | null} replaced */
  async #isTaken(step, replaced) {
    try {
      await this.#tellOpened();
      await this.api.addEvent(step.event);
    } catch (error) {
      if (error instanceof ApiError && error.isAway) return false;
      // Signing in again ends what was on the desk; any other answer finds it there.
      if (!(error instanceof ApiError) || error.status !== 401) this.#giveBack(step, replaced);
      throw error;
    }
    this.kept.remove(step);
    return true;
  }

  /** @param {Waiting} step @param {Waiting | null} replaced */
  #giveBack(step, replaced) {
    if (replaced) this.kept.put(replaced);
    this.kept.remove(step);
    this.onChange();
  }

  #hear = (/** @type {StorageEvent} */ told) => {
    const step = this.kept.toldOf(told);
    if (!step || step.isSending) return;
    this.onHeard(step.event.case);
    this.onChange();
  };
}
