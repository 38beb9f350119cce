/**
 * The survey: nine answers without a name, sealed here under a code that nobody keeps. They go in an exchange of their own
 * and not at once, but hours later by chance, so that no moment ties them to a case that was looked at or to what else
 * this phone sends. Half filled in they lie on this phone, sealed. The fragment says which case it is about, for this phone alone; it never leaves it.
 */

import { commit, prepare } from '../outbox.js';
import { loadForm, office, today } from '../pins.js';
import { check } from '../rules.js';
import { noteAnswered } from '../surveyed.js';
import { NoOfficeError, OfflineError, storageTrouble } from '../device-errors.js';
import { asked, button, element } from '../element.js';
import { answersPlace, forgetAnswers, keepAnswers, loadAnswers } from '../survey-draft.js';
import { loadMore, text } from '../text.js';
import { clock, when } from '../words.js';
import { Autosave } from './autosave.js';
import { isTouched, readValues, writeValues } from './form-values.js';

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
    this.autosave = new Autosave(() => void this.keep());
    this.saved = element('p', { class: 'saved', 'data-saved': '' });
    /** The last save; what is sent is forgotten after it. @type {Promise<void>} */
    this.keeping = Promise.resolve();
    /** @type {AbortController | undefined} */
    this.listening = undefined;
  }

  /** Take the form over. Safe to call twice. */
  start() {
    this.stop();
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.form.addEventListener('submit', asked((event) => this.submit(event)), { signal });
    this.form.addEventListener('input', () => this.typed(), { signal });
    window.addEventListener('pagehide', () => this.autosave.flush(), { signal });
    document.addEventListener('visibilitychange', () => this.autosave.flush(), { signal });
    document.addEventListener('rantau:locking', (event) => /** @type {CustomEvent} */ (event).detail.push(this.settled()), { signal });
    this.form.append(this.saved);
    void this.open();
  }

  /** Let the form be an ordinary one again. Safe to call twice. */
  stop() {
    this.listening?.abort();
    this.autosave.flush();
  }

  /** Bring back what was answered before, unless the server has just answered with the form or somebody is at it. */
  async open() {
    // Without storage the survey is a form like any other.
    const known = this.summary.hidden && !isTouched(this.form) ? await loadAnswers().catch(() => null) : null;
    const wanted = this.about.get('s');
    const isOther = wanted && known?.answers.layanan && known.answers.layanan !== wanted; // answers about another service are not about this one
    if (known && !isOther && !isTouched(this.form)) this.goOn(known);
    const service = /** @type {HTMLSelectElement} */ (this.form.elements.namedItem('layanan'));
    if (!service.value && wanted) service.value = wanted;
  }

  /** On a phone that others use too, whoever comes next begins anew. @param {{answers: Record<string, string>, at: number}} known */
  goOn({ answers, at }) {
    writeValues(this.form, answers);
    const anew = button(text('app.form.start-new'), () => forgetAnswers().then(() => {
      this.form.reset();
      notice.remove();
      this.saved.textContent = '';
    }), { class: 'button button-plain' });
    const notice = element('p', { class: 'notice', 'data-continued': true }, text('app.form.continued', { time: when(at) }), ' ', anew);
    this.form.before(notice);
  }

  typed() {
    this.saved.dataset.saved = '';
    this.autosave.changed();
  }

  /** Save what stands in the form, one save after the other. */
  keep() {
    this.keeping = this.keeping.then(() => this.save());
  }

  /** What was answered a moment ago is saved too, while the key is still here. */
  async settled() {
    this.autosave.flush();
    await this.keeping;
    return true;
  }

  async save() {
    try {
      if (!(await keepAnswers(readValues(this.form)))) return;
      this.saved.textContent = text('app.form.saved', { time: clock(Date.now()) });
      if (this.autosave.since === null) this.saved.dataset.saved = 'yes';
    } catch (error) {
      this.saved.textContent = text('app.form.not-saved', { reason: text(storageTrouble(error)) });
    }
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
    await this.settled();
    const spent = await answersPlace();
    await commit(await prepare({ service: SERVICE, values, prev: [], code: null, title: '', alone: true, wait, spent }, loaded, known));
    this.stop();
    await this.keeping; // of a key that came while it was sealed
    // It is sealed: what is not forgotten or noted now is no reason to send it twice.
    await forgetAnswers().catch(() => {});
    const about = this.about.get('c');
    if (about) await noteAnswered(about).catch(() => {});
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
