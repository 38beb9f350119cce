/**
 * What an officer's browser keeps for the office while it does not answer: signed steps, their notes sealed, and cases that
 * were opened. Each lies under a name of its own and is read anew each time, because an officer has several tabs and none
 * may write over what another keeps.
 */

/** @typedef {import('../crypto/events.js').Event} SignedEvent */
/**
 * @typedef {{event: SignedEvent, number: string, isSending: boolean, other: SignedEvent | null, reason: string}} Waiting
 *   `number`: the case's, to say aloud; `isSending` until the first answer; `other` has the number of the step, `reason` says
 *   why it was refused
 */

const STEPS = 'rantau-steps.'; // and the officer's login, a slash and the step's signature, in the browser's storage
const OPENED = 'rantau-opened.'; // and the officer's login, a slash and the case

export class KeptSteps {
  /** @param {string} login */
  constructor(login) {
    this.steps = `${STEPS}${login}/`;
    this.opened = `${OPENED}${login}/`;
    this.#takeOver(STEPS + login);
  }

  /** Keep anew what was kept before each step had a name of its own. @param {string} name of all of it */
  #takeOver(name) {
    const { steps = [], opened = [] } = JSON.parse(localStorage.getItem(name) ?? '{}');
    for (const step of steps) this.put({ ...step, isSending: false });
    for (const id of opened) this.putCase(id);
    localStorage.removeItem(name);
  }

  /** Every step, those of a case in their order. @returns {Waiting[]} */
  all() {
    const kept = namesAfter(this.steps).map((name) => localStorage.getItem(this.steps + name));
    const steps = kept.flatMap((text) => (text === null ? [] : [JSON.parse(text)])); // another tab may be quicker
    return steps.sort(({ event: one }, { event: other }) => one.n - other.n || one.at - other.at);
  }

  /** Keep a step, or what came of it. @param {Waiting} step */
  put(step) {
    localStorage.setItem(this.steps + step.event.sig, JSON.stringify(step));
  }

  /** @param {SignedEvent} event */
  has(event) {
    return localStorage.getItem(this.steps + event.sig) !== null;
  }

  /** @param {Waiting} step */
  remove(step) {
    localStorage.removeItem(this.steps + step.event.sig);
  }

  /** The cases that were opened. */
  cases() {
    return namesAfter(this.opened);
  }

  /** @param {string} id */
  putCase(id) {
    localStorage.setItem(this.opened + id, '');
  }

  /** @param {string} id */
  removeCase(id) {
    localStorage.removeItem(this.opened + id);
  }

  /** The step of which the browser says that another tab kept or removed it. @param {StorageEvent} told @returns {Waiting | null} */
  toldOf({ key, newValue, oldValue }) {
    return key?.startsWith(this.steps) ? JSON.parse(newValue ?? oldValue ?? 'null') : null;
  }
}

/** @param {string} prefix */
const namesAfter = (prefix) =>
  Object.keys(localStorage).filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
