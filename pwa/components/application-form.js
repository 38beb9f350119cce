/**
 * The form of an application: nothing typed is lost, only what concerns this person is asked, and Kirim seals it.
 * What brings the draft back is loaded first; the rules come after it is on the screen.
 */

import { GoneError, storageTrouble } from '../device-errors.js';
import { button, element } from '../element.js';
import { showForm } from '../look.js';
import { makeList } from '../region-names.js';
import { language, loadMore, text } from '../text.js';
import { clock, when } from '../words.js';
import { Autosave } from './autosave.js';
import { FormDraft, earlyDraft, findDraft } from './form-draft.js';
import { isTouched, readValues, writeValues } from './form-values.js';

/** @typedef {import('./form-draft.js').Notice} Notice */
/** @typedef {import('./form-judge.js').FormJudge} FormJudge */

const LONGEST = 1_000; // milliseconds of a press

export default class ApplicationForm {
  /** @param {HTMLFormElement} root */
  constructor(root) {
    this.root = root;
    this.service = document.body.dataset.service ?? '';
    this.draft = new FormDraft(this.service, root.dataset.form ?? '', (what) => this.heard(what));
    this.autosave = new Autosave(() => void this.save());
    /** When what is typed was last stored; `data-saved` is empty while something typed since is not. */
    this.saved = element('p', { class: 'saved', 'data-saved': '' });
    this.trouble = element('div', { role: 'alert', class: 'stack near' });
    /** The fields that were left once, which may be spoken of. @type {Set<string>} */
    this.visited = new Set();
    /** @type {FormJudge | undefined} */
    this.judge = undefined;
    /** @type {Promise<FormJudge> | undefined} */
    this.judging = undefined;
    /** @type {AbortController | undefined} */
    this.started = undefined;
    this.saves = 0;
    /** Over once what is being pressed is let go. @type {Promise<void> | undefined} */
    this.press = undefined;
    this.letGo = () => {};
    /** What there is to bring back. @type {Promise<import('./form-draft.js').Draft | null> | undefined} */
    this.found = undefined;
    /** @type {Promise<void> | undefined} */
    this.restored = undefined;
  }

  start() {
    if (this.started) return;
    this.started = new AbortController();
    const { signal } = this.started;
    this.root.append(this.trouble, this.saved);
    this.saved.textContent = text('app.form.nothing-yet');
    const flush = () => this.autosave.flush();
    // What is looked into before the rules are here has its list at once.
    this.root.addEventListener('focusin', ({ target }) => makeList(target), { signal });
    this.root.addEventListener('input', () => this.typed(), { signal });
    this.root.addEventListener('pointerdown', () => this.pressed(), { signal });
    for (const end of ['pointerup', 'pointercancel']) document.addEventListener(end, () => this.letGo(), { signal });
    this.root.addEventListener('change', (event) => void this.left(event), { signal });
    this.root.addEventListener('focusout', flush, { signal });
    this.root.addEventListener('submit', (event) => (event.preventDefault(), void this.review()), { signal });
    window.addEventListener('pagehide', flush, { signal });
    document.addEventListener('rantau:locking', (event) => this.leave(/** @type {CustomEvent} */ (event).detail), { signal });
    document.addEventListener('visibilitychange', flush, { signal });
    window.addEventListener('online', () => void this.load(), { signal });
    const isAnswer = Boolean(document.querySelector('.error-summary:not([hidden])'));
    this.found = isAnswer ? Promise.resolve(null) : earlyDraft().catch(() => findDraft(this.service));
    this.restored = this.open(isAnswer);
  }

  stop() {
    this.started?.abort();
    this.started = undefined;
    this.autosave.flush();
    this.draft.stop();
  }

  /** Bring back what was typed before, unless the server has just answered with the form or somebody is typing. @param {boolean} isAnswer */
  async open(isAnswer) {
    try {
      const draft = await this.found;
      if (this.root.dataset.words) this.have(this.root.dataset.words);
      // Rows are made before anything is put back into them.
      if (this.root.dataset.later) {
        (await import('./form-rows.js')).startRows(this.root, draft?.values ?? {}, this.started?.signal);
      }
      const isFree = !isTouched(this.root) || location.hash.startsWith('#d=');
      if (draft && isFree) this.goOn(draft);
      else if (isAnswer || isTouched(this.root)) this.typed();
    } catch (error) {
      this.tellTrouble(error);
    }
    void this.load();
  }

  /** Have the words that come apart from the others, and keep their packs: this page is to be there without a signal too. @param {string} words */
  have(words) {
    void loadMore(words).catch(() => {});
    void import('../sw-bridge.js').then(({ keepPacks }) => keepPacks(words)).catch(() => {});
  }

  /** @param {import('../drafts.js').Draft} draft */
  goOn(draft) {
    const typed = Object.entries(isTouched(this.root) ? readValues(this.root) : {}).filter(([, value]) => value);
    writeValues(this.root, { ...draft.values, ...Object.fromEntries(typed) });
    this.draft.take(draft.id);
    showForm();
    const said = draft.case ? text('app.form.correcting') : text('app.form.continued', { time: when(draft.at) });
    const anew = element('a', { href: '#new', click: startAnew }, text('app.form.start-new'));
    const notice = element('p', { class: 'notice', 'data-continued': true }, said, ' ', draft.case ? null : anew);
    this.root.before(notice);
    this.tellSaved(draft.at);
    if (typed.length) this.typed();
  }

  /** Have the form's rules; without them everything is asked, and everything is saved all the same. */
  async load() {
    const { root, service, started } = this;
    if (!started) return undefined;
    this.judging ??= import('./form-judge.js').then(({ FormJudge }) => FormJudge.of(root, service));
    this.judge = await this.judging.catch(() => (this.judging = undefined));
    this.ask();
    // Photographs are of no haste, and of no need.
    void import('../images/paper-photos.js').then(({ showPhotos }) => showPhotos(this)).catch(() => {});
    return this.judge;
  }

  typed() {
    this.saved.dataset.saved = '';
    this.autosave.changed();
    this.ask();
  }

  ask() {
    this.judge?.look(readValues(this.root), this.visited);
  }

  /** Not every browser tells of the end of every press. */
  pressed() {
    this.press = new Promise((resolve) => setTimeout((this.letGo = resolve), LONGEST));
  }

  /**
   * A field that is left is spoken of from then on, which moves what is below it: not before the tap that left it has met
   * what it was for.
   * @param {Event} event
   */
  async left({ target }) {
    const key = /** @type {HTMLElement} */ (target).closest('[data-field]')?.getAttribute('data-field');
    if (key) this.visited.add(key);
    await this.press;
    setTimeout(() => this.ask());
  }

  /** Save what stands in the form; says whether it, or something newer, is stored. */
  async save() {
    const save = ++this.saves;
    try {
      // Who types before that goes on with the draft that the address names, and begins none beside it.
      if (await this.found?.catch(() => null)) await this.restored;
      await this.draft.save(readValues(this.root), this.title());
      if (save === this.saves) {
        this.tellSaved(Date.now());
        this.trouble.replaceChildren();
      }
      return true;
    } catch (error) {
      this.saved.textContent = '';
      this.tellTrouble(error);
      return false;
    }
  }

  /** What is typed is stored before it leaves the screen. @param {Promise<boolean>[]} saves */
  leave(saves) {
    if (this.saved.dataset.saved === '' && isTouched(this.root)) saves.push(this.save());
  }

  /** @param {number} at */
  tellSaved(at) {
    this.saved.textContent = text('app.form.saved', { time: clock(at) });
    if (this.autosave.since === null) this.saved.dataset.saved = 'yes';
  }

  /** A draft is called by the first thing that is written into it, which is a name. */
  title() {
    const first = /** @type {HTMLInputElement | null} */ (this.root.querySelector('[autocapitalize=characters]'));
    return first?.value.trim().toUpperCase() ?? '';
  }

  /** What blocks sending is said and shown; otherwise the last look before sending. */
  async review() {
    this.autosave.flush();
    const judge = await this.load();
    if (!judge) return this.tell(text('app.form.no-office'));
    const values = readValues(this.root);
    for (const key of Object.keys(values)) this.visited.add(key);
    const { hard, soft, answers } = judge.lookAtAll(values);
    if (hard.length || !(await this.save())) return;
    const { sendApplication } = await import('./send-application.js');
    await sendApplication({
      root: this.root, draft: this.draft, loaded: judge.loaded, soft, answers,
      nameOf: (code) => judge.nameOf(code), leave: () => this.stop(),
    });
  }

  /** @param {Notice} what */
  heard(what) {
    const reload = () => button(text('app.form.reload'), () => location.reload(), { class: 'button button-plain' });
    if (what === 'gone') this.tell(goneNote());
    else if (what === 'open-elsewhere') this.tell(text('app.form.open-elsewhere'));
    else this.tell(text('app.form.saved-elsewhere'), ' ', reload());
  }

  /** @param {unknown} error */
  tellTrouble(error) {
    if (error instanceof GoneError) this.tell(goneNote());
    else this.tell(text('app.form.not-saved', { reason: text(storageTrouble(error)) }));
  }

  /** @param {...(string | Node)} words */
  tell(...words) {
    this.trouble.replaceChildren(element('p', { class: 'notice urgent' }, ...words));
  }
}

const goneNote = () =>
  element('span', {}, text('app.form.gone'), ' ', element('a', { href: `/${language()}/mine` }, text('app.state.show')));

/** @param {Event} event */
function startAnew(event) {
  event.preventDefault();
  location.hash = 'new';
  location.reload();
}
