/** The field for a receipt code: the code stays on this phone, and the page of the case opens what it belongs to. */

import { CodeError } from '../crypto/errors.js';
import { parseCode } from '../crypto/receipt-code.js';
import { language, text } from '../text.js';

export default class TrackForm {
  /** @param {HTMLElement} root the form */
  constructor(root) {
    this.form = /** @type {HTMLFormElement} */ (root);
    this.input = /** @type {HTMLInputElement} */ (this.form.elements.namedItem('code'));
    this.error = /** @type {HTMLElement} */ (root.querySelector('.error'));
    /** @type {AbortController | undefined} */
    this.listening = undefined;
  }

  /** Take the form over. Safe to call twice. */
  start() {
    this.stop();
    this.listening = new AbortController();
    this.form.addEventListener('submit', (event) => this.submit(event), { signal: this.listening.signal });
  }

  /** Let the form be an ordinary one again. Safe to call twice. */
  stop() {
    this.listening?.abort();
  }

  /** @param {Event} event */
  async submit(event) {
    event.preventDefault();
    try {
      location.assign(`/${language()}/case#${await parseCode(bare(this.input.value))}`);
    } catch (error) {
      if (!(error instanceof CodeError)) throw error;
      this.show(text(`code.${error.reason}`));
    }
  }

  /** Say what is wrong; what was typed stays. @param {string} message */
  show(message) {
    this.error.textContent = message;
    this.error.hidden = false;
    this.input.setAttribute('aria-invalid', 'true');
    this.input.focus();
  }
}

/** Somebody may paste the whole link of a receipt. @param {string} typed */
const bare = (typed) => typed.slice(typed.indexOf('#') + 1);
