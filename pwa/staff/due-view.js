/**
 * What is due for erasure on the desk: erased one by one or all, each with the office's signature. Whatever was cut off is
 * still in the list the next time, because the list is made anew from the cases that are there.
 */

import { button, element } from '../element.js';
import { askTwice } from './ask-twice.js';
import { eraseCase } from './erase.js';
import { ApiError } from './staff-api.js';

/** @typedef {import('./keys-view.js').Desk} Desk */
/** @typedef {import('./staff-api.js').DueRow} DueRow */

const COLUMNS = ['number', 'rule', 'act'];
const PLAIN = { class: 'button button-plain' };

export class DueView {
  /** @param {Desk & {onChange: () => void}} desk `onChange` is called after cases were erased */
  constructor(desk) {
    this.desk = desk;
    this.ended = new AbortController();
    /** @type {DueRow[]} */
    this.rows = [];
    this.$title = element('h2', { tabindex: -1 }, desk.texts.say('staff.due.title'));
    this.$problem = element('p', { class: 'error', role: 'alert' });
    this.$place = element('div', { class: 'stack' });
    this.$all = element('div', { class: 'stack' });
    this.$bar = element('progress', { value: 0, max: 1, hidden: true, 'aria-label': desk.texts.say('staff.due.title') });
    this.$said = element('p', { role: 'status' });
    this.$stop = button(desk.texts.say('staff.due.stop'), () => this.running?.abort(), { ...PLAIN, hidden: true });
    /** @type {AbortController | null} */
    this.running = null;
    this.$root = this.#layOut();
  }

  start() {
    this.$title.focus();
    return this.#load();
  }

  stop() {
    this.ended.abort();
    this.running?.abort();
  }

  #layOut() {
    const { texts, onClose } = this.desk;
    return element(
      'section', { class: 'due-view stack', 'aria-label': texts.say('staff.due.title') },
      element('header', { class: 'cluster' }, this.$title, button(texts.say('staff.case.close'), onClose, PLAIN)),
      element('p', {}, texts.say('staff.due.means')), this.$problem,
      this.$all, element('div', { class: 'cluster' }, this.$bar, this.$stop), this.$said, this.$place,
    );
  }

  async #load() {
    try {
      const { rows, total, rules } = await this.desk.api.due();
      this.rows = rows;
      this.#show(total, rules);
    } catch (error) {
      if (!this.ended.signal.aborted) this.$problem.textContent = this.desk.onError(error);
    }
  }

  /** @param {number} total @param {import('./staff-api.js').DuePage['rules']} rules */
  #show(total, rules) {
    const { texts, keys } = this.desk;
    if (total === 0) {
      this.$all.replaceChildren();
      return this.$place.replaceChildren(element('p', {}, texts.say('staff.due.none')));
    }
    const heads = COLUMNS.map((name) => element('th', { scope: 'col' }, texts.say(`staff.due.${name}`)));
    this.$all.replaceChildren(keys.signing ? this.#askForAll() : element('p', { class: 'notice' }, texts.say('staff.step.no-key')));
    const names = [...new Set(this.rows.map(({ rule }) => rule))];
    const list = element('ul', {}, ...names.map((name) => element('li', {}, `${this.#rule(name, rules)}: ${rules[name].basis}`)));
    this.$place.replaceChildren(list, element(
      'div', { class: 'scroll' },
      element(
        'table', {}, element('caption', {}, texts.say('staff.due.count', { n: total })),
        element('thead', {}, element('tr', {}, ...heads)),
        element('tbody', {}, ...this.rows.map((row) => this.#row(row, this.#rule(row.rule, rules)))),
      ),
    ));
  }

  /** @param {string} name @param {import('./staff-api.js').DuePage['rules']} rules */
  #rule(name, rules) {
    const { texts } = this.desk;
    return `${texts.say(`staff.due.rule.${name}`)} · ${texts.period(rules[name].period)}`;
  }

  /** @param {DueRow} row @param {string} rule */
  #row(row, rule) {
    const { texts, keys } = this.desk;
    const service = element('p', { class: 'hint' }, texts.name('form', `${row.service}.title`));
    return element(
      'tr', { 'data-due': row.case },
      element('th', { scope: 'row' }, row.number, service),
      element('td', {}, rule, element('p', { class: 'hint' }, texts.say('staff.due.since', { when: texts.when(row.since) }))),
      element('td', {}, keys.signing ? this.#askForOne(row) : null),
    );
  }

  /** A button that asks once more before it does. @param {DueRow} row */
  #askForOne(row) {
    const { texts } = this.desk;
    const attributes = { 'aria-label': texts.say('staff.due.erase-one', { number: row.number }) };
    return askTwice(texts, texts.say('staff.due.erase'), { yes: texts.say('staff.erase.button'), act: () => this.#erase([row]), attributes });
  }

  /** All of them go only when their count is typed. */
  #askForAll() {
    const { texts } = this.desk;
    const n = this.rows.length;
    const $error = element('p', { id: 'due-error', class: 'error', role: 'alert' });
    const $count = element('input', { id: 'due-count', inputmode: 'numeric', autocomplete: 'off', 'aria-describedby': 'due-error' });
    const submit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const isMeant = $count.value.trim() === String(n);
      $error.textContent = isMeant ? '' : texts.say('staff.due.wrong', { n });
      if (isMeant) void this.#erase(this.rows);
    };
    return element(
      'details', { class: 'erase' }, element('summary', {}, texts.say('staff.due.all', { n })),
      element(
        'form', { class: 'stack', submit, novalidate: true }, element('p', {}, texts.say('staff.erase.means')),
        element('div', { class: 'field' }, element('label', { for: 'due-count' }, texts.say('staff.due.type', { n })), $error, $count),
        element('button', { class: 'button button-bad' }, texts.say('staff.erase.button')),
      ),
    );
  }

  /** @param {DueRow[]} rows */
  async #erase(rows) {
    if (this.running) return;
    const { texts, announce, onChange } = this.desk;
    this.running = new AbortController();
    this.$problem.textContent = '';
    let done = 0;
    const tell = (/** @type {string} */ key) => {
      Object.assign(this.$bar, { hidden: false, max: rows.length, value: done });
      this.$said.textContent = texts.say(key, { done, n: rows.length });
    };
    this.$stop.hidden = rows.length < 2;
    try {
      for (const row of rows) {
        if (this.running.signal.aborted) break;
        tell('staff.due.going');
        await this.#eraseOne(row);
        done++;
      }
    } catch (error) {
      if (!this.ended.signal.aborted) this.$problem.textContent = this.#explain(error);
    } finally {
      this.running = null;
      this.$stop.hidden = true;
      tell('staff.due.done');
      if (done) announce(texts.say('staff.due.done', { done, n: rows.length }));
      if (!this.ended.signal.aborted) await this.#load();
      if (document.activeElement === document.body) this.$title.focus();
      onChange();
    }
  }

  /** Erased already, by a colleague or before an answer was lost, is erased. @param {DueRow} row */
  async #eraseOne(row) {
    const { api, keys } = this.desk;
    try {
      await eraseCase(api, row, /** @type {NonNullable<typeof keys.signing>} */ (keys.signing));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
    this.$place.querySelector(`[data-due="${row.case}"]`)?.remove();
  }

  /** @param {unknown} error */
  #explain(error) {
    const isUnfinished = error instanceof ApiError && error.body?.error === 'not-erased';
    return isUnfinished ? this.desk.texts.say('staff.erase.not-erased', { reason: error.reason }) : this.desk.onError(error);
  }
}
