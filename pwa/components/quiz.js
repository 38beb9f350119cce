/** The questions of a guide, judged on this phone; what was finished stays here (pwa/training.js). */

import { dayFirst } from '../day-first.js';
import { asked, element } from '../element.js';
import { today } from '../pins.js';
import { hasText, loadMore, text } from '../text.js';
import { codeOf, dueOn, finish, finished } from '../training.js';

/** @typedef {import('../training.js').Finished} Finished */

export default class Quiz {
  /** @param {HTMLElement} root the form */
  constructor(root) {
    this.form = /** @type {HTMLFormElement} */ (root);
    this.said = /** @type {HTMLElement} */ (root.querySelector('[data-said]'));
    this.guide = root.dataset.guide ?? '';
    this.repeat = Number(root.dataset.repeat ?? 0);
    /** @type {AbortController | undefined} */
    this.listening = undefined;
    /** @type {Promise<void> | undefined} */
    this.words = undefined;
  }

  /** Take the form over, and say when it was finished here. Safe to call twice. */
  async start() {
    this.stop();
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.words = loadMore('guides');
    // Before anything is waited for: without a signal the form would lead nowhere.
    this.form.addEventListener('submit', asked((event) => this.submit(event)), { signal });
    await this.words.catch((error) => (this.stop(), Promise.reject(error)));
    const done = await finished(this.guide).catch(() => undefined);
    if (done) await this.show(done);
  }

  /** Let the form be an ordinary one again. Safe to call twice. */
  stop() {
    this.listening?.abort();
  }

  /** @param {Event} event */
  async submit(event) {
    event.preventDefault();
    if (!hasText('quiz.right')) {
      this.say(element('p', {}, text('app.later')));
      if (!(await this.words?.then(() => true, () => false))) return this.form.submit(); // the office judges
    }
    const rights = [...this.form.querySelectorAll('fieldset')].map(judge);
    if (rights.includes(false)) return this.say(element('p', {}, text('quiz.not-yet')));
    return finish(this.guide).then((done) => this.show(done), (error) => {
      this.say(element('p', {}, text('quiz.passed')));
      throw error;
    });
  }

  /** @param {Finished} done */
  async show(done) {
    const due = this.repeat ? dueOn(done, this.repeat) : '';
    const code = await codeOf(done);
    this.say(
      element('p', {}, text('quiz.finished', { day: dayFirst(done.day) }), ' ',
        due && text(due <= today() ? 'quiz.due' : 'quiz.until', { day: dayFirst(due) })),
      ...(code ? [element('p', {}, text('quiz.code')), element('p', { class: 'code' }, `${code.slice(0, 4)} ${code.slice(4)}`)] : []));
  }

  /** @param {...HTMLElement} parts */
  say(...parts) {
    this.said.replaceChildren(...parts);
  }
}

/** Say of one question whether it is right, and why. @param {HTMLFieldSetElement} question */
function judge(question) {
  const chosen = /** @type {HTMLInputElement | null} */ (question.querySelector(':checked'));
  const isRight = chosen?.value === question.dataset.right;
  const why = /** @type {HTMLElement} */ (question.querySelector('[data-why]'));
  why.className = `notice ${isRight ? 'good' : 'urgent'}`;
  why.hidden = false;
  /** @type {HTMLElement} */ (why.firstElementChild).textContent = text(isRight ? 'quiz.right' : 'quiz.wrong');
  return isRight;
}
