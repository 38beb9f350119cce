/**
 * Counting the survey on the desk: its answers are opened with the office's keys in this browser alone, and only their
 * sums go back, from which the report is made.
 */

import { fromAnswers } from '../answers.js';
import { openVersion, openWrapAsOffice } from '../crypto/open.js';
import { button, element } from '../element.js';
import { Sums } from './survey-sums.js';

/** @typedef {import('./keys.js').Keys} Keys */
/** @typedef {import('../crypto/version.js').Version} Version */
/** @typedef {import('../crypto/version.js').Wrap} Wrap */

export class SurveyView {
  /** @param {import('./keys-view.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.ended = new AbortController();
    const say = (/** @type {string} */ key) => desk.texts.say(`staff.count.${key}`);
    this.$title = element('h2', { tabindex: -1 }, say('title'));
    this.$said = element('p', { role: 'status' });
    this.$problem = element('p', { class: 'error', role: 'alert' });
    this.$root = element(
      'section', { class: 'stack', 'aria-label': say('title') },
      element('header', { class: 'cluster' }, this.$title, button(desk.texts.say('staff.case.close'), desk.onClose, { class: 'button button-plain' })),
      element('p', {}, say('means')),
      element('div', { class: 'cluster' }, button(say('button'), this.#count, { 'data-count': true }),
        element('a', { class: 'tap', href: `/staff/${desk.texts.lang}/survey` }, say('report'))),
      this.$said, this.$problem,
    );
  }

  start() {
    this.$title.focus();
  }

  stop() {
    this.ended.abort();
  }

  #count = async () => {
    const { api, texts, onError } = this.desk;
    this.$problem.textContent = '';
    const sums = new Sums();
    try {
      const unread = await this.#addAll(sums);
      await api.post('survey', { rows: sums, unread });
      this.$said.textContent = texts.say('staff.count.done', { n: sums.count, unread });
    } catch (error) {
      if (!this.ended.signal.aborted) this.$problem.textContent = onError(error);
    }
  };

  /** @param {Sums} sums @returns {Promise<number>} how many did not open */
  async #addAll(sums) {
    const { api, texts } = this.desk;
    let unread = 0;
    for (let after = /** @type {string | null} */ (''); after !== null;) {
      const { rows, next } = await api.surveyAnswers(after);
      this.ended.signal.throwIfAborted();
      for (const [version, wrap] of rows) {
        const answers = await this.#answers(version, wrap).catch(() => null);
        if (!answers || !sums.add(version.at, answers)) unread += 1;
      }
      this.$said.textContent = texts.say('staff.count.busy', { n: sums.count });
      after = next;
    }
    return unread;
  }

  /** @param {Version} version @param {Wrap} wrap */
  async #answers(version, wrap) {
    const { api, keys } = this.desk;
    const kid = Object.keys(wrap).find((name) => keys.seal.has(name)) ?? '';
    const pair = /** @type {import('../crypto/key-pair.js').PrivateKey} */ (keys.seal.get(kid));
    const form = /** @type {import('./answer-text.js').StaffForm} */ (await api.form(version.service, version.form));
    const groups = await openVersion(version, await openWrapAsOffice(version, wrap, kid, pair));
    return fromAnswers(form, groups[form.groups[0]]);
  }
}
