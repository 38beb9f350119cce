/**
 * The survey: nine answers without a name, sealed here under a code that nobody keeps. They go in an exchange of their own
 * and not at once, but hours later by chance, so that no moment ties them to a case that was looked at or to what else
 * this phone sends. The fragment says which case it is about, for this phone alone; it never leaves it.
 */

import { commit, prepare } from '../outbox.js';
import { loadForm, office, today } from '../pins.js';
import { check } from '../rules.js';
import { noteAnswered } from '../surveyed.js';
import { NoOfficeError, OfflineError } from '../device-errors.js';
import { element } from '../element.js';
import { loadMore, text } from '../text.js';

const SERVICE = 'survey';
const [LEAST, MOST] = [600_000, 6 * 3_600_000]; // milliseconds until it is sent

export default class SurveyForm {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.form = /** @type {HTMLFormElement} */ (root.querySelector('form'));
    this.summary = /** @type {HTMLElement} */ (root.querySelector('.error-summary'));
    this.about = new URLSearchParams(location.hash.slice(1));
    this.isBusy = false;
    /** @type {AbortController | undefined} */
    this.listening = undefined;
  }

  /** Take the form over. Safe to call twice. */
  start() {
    this.stop();
    this.listening = new AbortController();
    this.form.addEventListener('submit', (event) => void this.submit(event), { signal: this.listening.signal });
    const service = /** @type {HTMLSelectElement} */ (this.form.elements.namedItem('layanan'));
    if (!service.value) service.value = this.about.get('s') ?? '';
  }

  /** Let the form be an ordinary one again. Safe to call twice. */
  stop() {
    this.listening?.abort();
  }

  /** @param {Event} event */
  async submit(event) {
    event.preventDefault();
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await this.seal(Object.fromEntries(new FormData(this.form)));
    } catch (error) {
      const isExpected = error instanceof OfflineError || error instanceof NoOfficeError;
      if (!isExpected) throw error;
      this.complain([], text('app.exchange.no-office'));
    } finally {
      this.isBusy = false;
    }
  }

  /** @param {Record<string, any>} values */
  async seal(values) {
    await loadMore('survey');
    const [loaded, known] = await Promise.all([loadForm(SERVICE), office()]);
    const { hard } = check(loaded.form, values, { today: today(known) });
    this.complain(hard);
    if (hard.length) return;
    const wait = LEAST + Math.random() * (MOST - LEAST);
    await commit(await prepare({ service: SERVICE, values, prev: [], code: null, title: '', alone: true, wait }, loaded, known));
    const about = this.about.get('c');
    if (about) await noteAnswered(about);
    const heading = element('h1', { tabindex: '-1' }, text('survey.thanks'));
    this.root.replaceChildren(heading, element('p', { 'data-sealed': true }, text('survey.thanks.later')));
    heading.focus();
  }

  /** Say what is missing, at each question and above. @param {{field: string, message: string}[]} found @param {string} [problem] */
  complain(found, problem) {
    for (const place of this.form.querySelectorAll('.error')) {
      const key = place.id.replace(/-error$/, '');
      const own = found.find(({ field }) => field === key);
      place.textContent = own ? this.words(own) : '';
      /** @type {HTMLElement} */ (place).hidden = !own;
      place.closest('.field')?.classList.toggle('wrong', Boolean(own));
    }
    const list = /** @type {HTMLElement} */ (this.summary.querySelector('ul'));
    list.replaceChildren(...(problem ? [element('li', {}, problem)] : []),
      ...found.map((one) => element('li', {}, element('a', { href: `#${one.field}` }, this.words(one)))));
    this.summary.hidden = !list.children.length;
    if (!this.summary.hidden) this.summary.focus();
  }

  /** @param {{field: string, message: string}} found */
  words({ field, message }) {
    const label = this.form.querySelector(`[data-field=${field}] :is(legend, label)`)?.textContent?.trim() ?? field;
    return text(message, { field: label });
  }
}
