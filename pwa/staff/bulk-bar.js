/** What is done with the cases that are picked in the list: one step for all, with the result of each. */

import { button, element } from '../element.js';
import { commonSteps, recordAll } from './bulk.js';
import { NEEDS_NOTE } from './next-steps.js';

/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./texts.js').Texts} Texts */

const PLAIN = { class: 'button button-plain' };

export class BulkBar {
  /**
   * @param {import('./fetch-case.js').Desk & {texts: Texts, onError: (error: unknown) => string, onEmpty: () => void,
   *   isShown: (id: string) => boolean, onDone: (numbered: import('../crypto/events.js').Event[]) => void}} list
   * `onDone` is called with the steps that were numbered, `onEmpty` when nothing is to be picked any more and the keyboard has to
   * go back to the list
   */
  constructor(list) {
    this.list = list;
    this.texts = list.texts;
    /** @type {Map<string, CaseRow>} */
    this.picked = new Map();
    /** @type {Map<string, import('./bulk.js').Result & {step: string}>} what came of the last steps, by case */
    this.results = new Map();
    /** @type {AbortController | null} */
    this.running = null;
    this.asked = 0; // how often steps were to be offered
    this.$count = element('strong', {});
    this.$step = element('select', { id: 'bulk-step', change: () => this.#needNote() });
    this.$note = element('textarea', { id: 'bulk-note', rows: 2, maxlength: 2000, autocomplete: 'off', 'aria-describedby': 'bulk-note-hint' });
    this.$problem = element('p', { class: 'error', role: 'alert' });
    this.$sum = element('p', { role: 'status' });
    this.$results = element('ul');
    this.$close = button(this.texts.say('staff.bulk.close'), () => this.#close(), PLAIN);
    this.$act = element('button', { class: 'button' });
    this.$stop = button(this.texts.say('staff.bulk.stop'), () => this.running?.abort(), { ...PLAIN, hidden: true });
    this.$form = this.#layOut();
    this.$root = element('section', { class: 'bulk stack', hidden: true, 'aria-label': this.texts.say('staff.bulk.title') }, this.$form, this.$sum, this.$results, this.$close);
  }

  /** Pick a case, or put it back. @param {CaseRow} row @param {boolean} isPicked */
  pick(row, isPicked) {
    if (isPicked) this.picked.set(row.case, row);
    else this.picked.delete(row.case);
    this.show();
  }

  /** Put everything back. */
  clear() {
    this.picked.clear();
    this.$note.value = '';
    this.show();
    this.list.onEmpty();
  }

  /** Forget what was picked and written; what is running ends after the case that it is at. */
  stop() {
    this.running?.abort();
    this.picked.clear();
    this.$note.value = '';
    this.#showResults(null);
  }

  /** See what became of a step that waited. @param {string} id of its case */
  heard(id) {
    const result = this.results.get(id);
    const { outbox } = this.list;
    if (result?.outcome !== 'waits' || outbox.going(id).length) return;
    this.#showResults({ ...result, outcome: outbox.of(id).length ? 'changed' : 'done' });
  }

  /** Put the keyboard on the step, once something is picked. */
  focus() {
    if (!this.$form.hidden) this.$step.focus();
  }

  /** Take away what came of the last steps; the keyboard goes on with what is still picked, or with the list. */
  #close() {
    this.#showResults(null);
    this.show();
    if (this.picked.size) this.focus();
    else this.list.onEmpty();
  }

  show() {
    const { texts } = this;
    const rows = [...this.picked.values()];
    this.$root.hidden = rows.length === 0 && this.results.size === 0;
    this.$form.hidden = rows.length === 0;
    this.$close.hidden = this.results.size === 0;
    this.count();
    this.$act.textContent = texts.say('staff.bulk.record', { n: rows.length });
    void this.#offer(rows);
  }

  /** Tell how many are picked, and how many of them stand in another list than the one that is shown. */
  count() {
    const ids = [...this.picked.keys()];
    const others = ids.filter((id) => !this.list.isShown(id)).length;
    this.$count.textContent = this.texts.say(others ? 'staff.bulk.picked-others' : 'staff.bulk.picked', { n: ids.length, others });
  }

  /** Offer the steps of what is picked once its forms are there, unless more was picked meanwhile. @param {CaseRow[]} rows */
  async #offer(rows) {
    const { texts, $step } = this;
    const asked = ++this.asked;
    const steps = await commonSteps(rows, this.list.api);
    if (asked !== this.asked) return;
    const chosen = $step.value;
    $step.replaceChildren(
      element('option', { value: '' }, texts.say('staff.step.none')),
      ...steps.map((step) => element('option', { value: step }, texts.name('step', step))),
    );
    $step.value = chosen;
    if ($step.selectedIndex < 0) $step.value = '';
    this.#needNote();
  }

  #layOut() {
    const { texts } = this;
    return element(
      'form', { class: 'stack', submit: this.#submit, keydown: this.#press, novalidate: true },
      element('p', { class: 'cluster' }, this.$count, button(texts.say('staff.bulk.none'), () => this.clear(), PLAIN)),
      element('div', { class: 'field' }, element('label', { for: 'bulk-step' }, texts.say('staff.bulk.step')), this.$step),
      element(
        'div', { class: 'field' }, element('label', { for: 'bulk-note' }, texts.say('staff.step.note')),
        element('p', { id: 'bulk-note-hint', class: 'hint' }, texts.say('staff.bulk.note')), this.$note,
      ),
      this.$problem, element('div', { class: 'cluster' }, this.$act, this.$stop),
    );
  }

  #needNote() {
    this.$note.required = NEEDS_NOTE.includes(this.$step.value);
  }

  #press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.$form.requestSubmit();
  };

  /** @param {Event} event */
  #submit = async (event) => {
    event.preventDefault();
    const { texts, $step, $note } = this;
    const text = $note.value.trim();
    const isMissing = $note.required && !text;
    this.$problem.textContent = !$step.value ? texts.say('staff.step.choose-first') : isMissing ? texts.say('staff.step.note-needed') : '';
    if (!$step.value) return $step.focus();
    if (isMissing) return $note.focus();
    if (!this.running) await this.#record([...this.picked.values()], { step: $step.value, text });
  };

  /** @param {CaseRow[]} rows @param {{step: string, text: string}} wanted */
  async #record(rows, wanted) {
    const { keys, onDone } = this.list;
    const running = new AbortController();
    this.running = running;
    this.#showResults(null);
    this.$stop.hidden = false;
    await recordAll(rows, wanted, {
      ...this.list, signal: running.signal,
      onResult: (result) => {
        if (['done', 'waits'].includes(result.outcome)) this.picked.delete(result.row.case);
        this.#showResults({ ...result, step: wanted.step });
        this.$act.textContent = this.texts.say('staff.bulk.left', { n: this.picked.size });
      },
    });
    this.running = null;
    this.$stop.hidden = true;
    if (keys.isForgotten) return this.stop();
    if (this.picked.size === 0 && this.$note.value.trim() === wanted.text) this.$note.value = '';
    this.show();
    onDone([...this.results.values()].flatMap(({ event }) => event ?? []));
  }

  /** @param {import('./bulk.js').Result & {step: string} | null} result one more, or null to take all away */
  #showResults(result) {
    const { texts, results } = this;
    if (result) results.set(result.row.case, result);
    else results.clear();
    const all = [...results.values()];
    const n = (/** @type {string} */ one) => all.filter(({ outcome }) => outcome === one).length;
    const sums = { done: n('done'), waits: n('waits'), failed: all.length - n('done') - n('waits') };
    this.$sum.textContent = Object.entries(sums).filter(([, sum]) => sum)
      .map(([name, sum]) => texts.say(`staff.bulk.sum.${name}`, { n: sum })).join(' · ');
    this.$results.replaceChildren(...all.map(({ row, outcome, problem, step }) => element(
      'li', { 'data-outcome': outcome }, element('strong', {}, row.number), ' ',
      texts.say(`staff.bulk.${outcome}`, { step: texts.name('step', step) }), problem ? ` ${problem}` : '',
    )));
  }
}
