/** The form of an application: nothing typed is lost, only what concerns this person is asked, and Kirim seals it. */

import { fieldsOf, settle } from '../answers.js';
import { GoneError } from '../device-errors.js';
import { button, element } from '../element.js';
import { loadForm, today } from '../pins.js';
import { check } from '../rules.js';
import { language, text } from '../text.js';
import { clock, when } from '../words.js';
import { Autosave } from './autosave.js';
import { helpDates } from './date-typing.js';
import { applyConditions } from './form-conditions.js';
import { FormDraft, findDraft, storageTrouble } from './form-draft.js';
import { showFindings, summarise } from './form-findings.js';
import { isTouched, readValues, writeValues } from './form-values.js';

/** @typedef {import('./form-review.js').Form} Form */
/** @typedef {import('./form-draft.js').Notice} Notice */
/** @typedef {{name: string, form: Form}} Loaded */

export default class ApplicationForm {
  /** @param {HTMLFormElement} root */
  constructor(root) {
    this.root = root;
    this.service = document.body.dataset.service ?? '';
    this.draft = new FormDraft(this.service, root.dataset.form ?? '', (what) => this.heard(what));
    this.autosave = new Autosave(() => void this.save());
    this.saved = element('p', { class: 'saved', 'data-saved': true });
    this.trouble = element('div', { role: 'alert', class: 'stack near' });
    this.visited = new Set();
    this.regions = new Set([...root.querySelectorAll('option')].map(({ value }) => value));
    this.day = { today: today() };
    /** @type {Promise<Loaded> | undefined} */
    this.loading = undefined;
    /** @type {Loaded | undefined} */
    this.loaded = undefined;
    /** @type {AbortController | undefined} */
    this.started = undefined;
    /** When it was last saved, for a save that ends after a newer one. */
    this.saves = 0;
  }

  start() {
    if (this.started) return;
    this.started = new AbortController();
    const { signal } = this.started;
    this.root.append(this.trouble, this.saved);
    this.saved.textContent = text('app.form.nothing-yet');
    const flush = () => this.autosave.flush();
    helpDates(this.root, signal);
    this.root.addEventListener('input', () => this.typed(), { signal });
    this.root.addEventListener('change', (event) => this.left(event), { signal });
    this.root.addEventListener('focusout', flush, { signal });
    this.root.addEventListener('submit', (event) => (event.preventDefault(), void this.review()), { signal });
    window.addEventListener('pagehide', flush, { signal });
    document.addEventListener('visibilitychange', flush, { signal });
    window.addEventListener('online', () => void this.load(), { signal });
    void this.open();
  }

  stop() {
    this.started?.abort();
    this.started = undefined;
    this.autosave.flush();
    this.draft.stop();
  }

  /** Bring back what was typed before, unless the server has just answered with the form or somebody is typing. */
  async open() {
    const isAnswer = Boolean(document.querySelector('.error-summary:not([hidden])'));
    try {
      const draft = isAnswer ? null : await findDraft(this.service);
      const isFree = !isTouched(this.root) || location.hash.startsWith('#d=');
      if (draft && isFree) this.goOn(draft);
      else if (isAnswer || isTouched(this.root)) this.typed();
    } catch (error) {
      this.tell(error instanceof GoneError ? this.goneNote() : text('app.form.not-saved', { reason: text(storageTrouble(error)) }));
    }
    await this.load();
  }

  /** @param {import('../drafts.js').Draft} draft */
  goOn(draft) {
    const typedMeanwhile = isTouched(this.root) ? readValues(this.root) : null;
    writeValues(this.root, draft.values);
    if (typedMeanwhile) writeValues(this.root, Object.fromEntries(Object.entries(typedMeanwhile).filter(([, typed]) => typed)));
    this.draft.take(draft.id);
    const said = draft.case ? text('app.form.correcting') : text('app.form.continued', { time: when(draft.at) });
    const anew = element('a', { href: '#new', click: startAnew }, text('app.form.start-new'));
    this.root.before(element('p', { class: 'notice', 'data-continued': true }, said, ' ', draft.case ? null : anew));
    this.saved.textContent = text('app.form.saved', { time: clock(draft.at) });
  }

  /** The form's rules; without them everything is asked and everything is saved. @returns {Promise<Loaded | undefined>} */
  async load() {
    this.loading ??= loadForm(this.service);
    try {
      this.loaded = await this.loading;
    } catch {
      this.loading = undefined;
      return undefined;
    }
    this.ask();
    return this.loaded;
  }

  typed() {
    this.autosave.changed();
    this.ask();
  }

  ask() {
    if (!this.loaded) return;
    const values = readValues(this.root);
    applyConditions(this.root, this.loaded.form, values, this.day);
    this.judge(values);
  }

  /** A field that is left is spoken of from then on. @param {Event} event */
  left({ target }) {
    const key = /** @type {HTMLElement} */ (target).closest('[data-field]')?.getAttribute('data-field');
    this.visited.add(key);
    this.ask();
  }

  /** @param {Record<string, string>} values */
  judge(values) {
    if (!this.loaded) return;
    const findings = check(this.loaded.form, values, { ...this.day, regions: this.regions });
    showFindings(this.root, this.loaded.form, findings, (key) => this.visited.has(key));
    return findings;
  }

  async save() {
    const save = ++this.saves;
    const title = /** @type {HTMLInputElement | null} */ (this.root.querySelector('[autocapitalize]'))?.value.trim() ?? '';
    try {
      await this.draft.save(readValues(this.root), title.toUpperCase());
      if (save !== this.saves) return true;
      this.saved.textContent = text('app.form.saved', { time: clock(Date.now()) });
      this.trouble.replaceChildren();
      return true;
    } catch (error) {
      if (error instanceof GoneError) this.tell(this.goneNote());
      else this.tell(text('app.form.not-saved', { reason: text(storageTrouble(error)) }));
      this.saved.textContent = '';
      return false;
    }
  }

  /** What blocks sending is said and shown; otherwise the last look before sending. */
  async review() {
    this.autosave.flush();
    if (!(await this.load()) || !this.loaded) return this.tell(text('app.form.no-office'));
    const { form } = this.loaded;
    for (const { key } of fieldsOf(form)) this.visited.add(key);
    const values = readValues(this.root);
    const findings = this.judge(values);
    summarise(form, findings?.hard ?? []);
    if (findings?.hard.length || !(await this.save())) return;
    const { sendApplication } = await import('./send-application.js');
    await sendApplication({
      root: this.root, draft: this.draft, loaded: this.loaded, soft: findings?.soft ?? [],
      answers: settle(form, values, this.day), nameOf: (code) => this.nameOf(code), leave: () => this.stop(),
    });
  }

  /** A region's name stands in the list that it was chosen from. @param {string} code */
  nameOf(code) {
    return this.root.querySelector(`option[value="${CSS.escape(code)}"]`)?.textContent?.trim() ?? code;
  }

  /** @param {Notice} what */
  heard(what) {
    if (what === 'gone') this.tell(this.goneNote());
    else if (what === 'open-elsewhere') this.tell(text('app.form.open-elsewhere'));
    else this.tell(text('app.form.saved-elsewhere'), ' ', button(text('app.form.reload'), () => location.reload(), { class: 'button button-plain' }));
  }

  goneNote() {
    return element('span', {}, text('app.form.gone'), ' ', element('a', { href: `/${language()}/mine` }, text('app.state.show')));
  }

  /** @param {...(string | Node)} words */
  tell(...words) {
    this.trouble.replaceChildren(element('p', { class: 'notice urgent' }, ...words));
  }
}

/** @param {Event} event */
function startAnew(event) {
  event.preventDefault();
  location.hash = 'new';
  location.reload();
}
