/**
 * The search over what this officer may open: by number, receipt code, or anything that was answered. The open cases are
 * fetched, opened and looked through in this page's memory alone, from the first search until the desk is locked.
 */

import { derive, parseCode } from '../crypto/receipt-code.js';
import { element } from '../element.js';
import { questions } from './answer-text.js';
import { openCase } from './open-case.js';

/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./staff-api.js').StaffApi} StaffApi */
/** @typedef {import('./keys.js').Keys} Keys */
/** @typedef {import('./texts.js').Texts} Texts */
/** @typedef {{label: string, answer: string, plain: string}} Entry */
/** @typedef {{row: CaseRow, number: string, entries: Entry[]}} Indexed */
/** @typedef {{row: CaseRow, why: string}} Found `why`: the answer in which it was found */

const SHORTEST = 2; // characters
const MOST = 50; // cases shown; whoever sees so many types more

export class Search {
  /**
   * @param {{api: StaffApi, texts: Texts, keys: Keys, onFound: (found: Found[] | null) => void,
   *   onError: (error: unknown) => string}} desk `onFound` gets null when nothing is looked for any more
   */
  constructor({ api, texts, keys, onFound, onError }) {
    this.api = api;
    this.texts = texts;
    this.keys = keys;
    this.onFound = onFound;
    this.onError = onError;
    this.asked = 0;
    /** @type {Indexed[]} */
    this.index = [];
    /** @type {Promise<void> | null} */
    this.building = null;
    this.isStopped = false;
    this.$input = /** @type {HTMLInputElement} */ (element('input', {
      id: 'search', type: 'search', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none', input: () => this.look(),
      keydown: (/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && this.clear(),
    }));
    this.$said = element('p', { class: 'hint', role: 'status' });
    this.$root = element('search', { class: 'stack near' },
      element('label', { for: 'search' }, texts.say('staff.search')), this.$input, this.$said);
  }

  /** Forget what was opened; the next search fetches everything anew. */
  renew() {
    this.building = null;
    this.index = [];
    if (this.$input.value) void this.look();
  }

  /** Forget for good, what was typed too: it may be a name. */
  stop() {
    this.isStopped = true;
    this.asked++;
    this.index = [];
    this.$input.value = '';
    this.$said.textContent = '';
  }

  clear() {
    this.$input.value = '';
    void this.look();
  }

  async look() {
    const asked = ++this.asked;
    const typed = this.$input.value.trim();
    if (typed.length < SHORTEST) {
      this.$said.textContent = '';
      return this.onFound(null);
    }
    try {
      this.building ??= this.#build();
      const caseId = await caseOfCode(typed);
      const show = () => asked === this.asked && this.#show(typed, caseId);
      this.onPage = show;
      show();
      await this.building;
      show();
    } catch (error) {
      this.building = null;
      this.index = []; // or the next reading would list what was read twice
      if (asked === this.asked) this.$said.textContent = this.onError(error);
    }
  }

  /** @param {string} typed @param {string | null} caseId */
  #show(typed, caseId) {
    const found = find(this.index, typed, caseId);
    const { texts, read } = this;
    const n = Math.min(found.length, MOST);
    const said = texts.say(found.length > MOST ? 'staff.search.many' : 'staff.search.found', { n });
    this.$said.textContent = read ? `${said} ${texts.say('staff.search.reading', read)}` : said;
    this.onFound(found.slice(0, MOST));
  }

  async #build() {
    const { index } = this;
    /** @type {{n: number, all: number} | null} how far the reading is; null when it is done */
    this.read = { n: 0, all: 0 };
    for (let after = ''; !this.isStopped && index === this.index;) {
      const { rows, sealed, next, counts } = await this.api.index(after);
      for (const row of rows) index.push(await this.#indexed(row, sealed[row.case]));
      this.read = { n: index.length, all: Object.values(counts).reduce((sum, count) => sum + count, 0) };
      if (next === null) break;
      this.onPage?.();
      after = next;
    }
    this.read = null;
  }

  /** @param {CaseRow} row @param {Omit<import('./open-case.js').RawCase, 'events'> | undefined} sealed @returns {Promise<Indexed>} */
  async #indexed(row, sealed) {
    const number = plain(row.number);
    if (!sealed) return { row, number, entries: [] };
    const { api, keys, texts } = this;
    const opened = await openCase(row.case, { ...sealed, events: [] }, keys, (service, name) => api.form(service, name));
    const entries = opened.leaves.flatMap(({ form, answers }) =>
      questions(form, answers, texts).map(({ label, text }) => entryOf(label, text)));
    return { row, number, entries: entries.filter(({ answer }) => answer) };
  }
}

/** @param {string} label @param {string} answer @returns {Entry} */
const entryOf = (label, answer) => ({ label, answer, plain: plain(answer) });

/**
 * The cases whose number begins so, whose code it is, or in one of whose answers every word stands.
 * @param {Indexed[]} index @param {string} typed @param {string | null} caseId
 * @returns {Found[]}
 */
export function find(index, typed, caseId) {
  const number = plain(typed).replaceAll(' ', '');
  const words = plain(typed).split(' ');
  return index.flatMap(({ row, number: own, entries }) => {
    const isOld = row.formers.some((id) => id === caseId || id.startsWith(number.slice(0, 8))); // the ninth only checks
    if (isOld || row.case === caseId || own.replaceAll(' ', '').startsWith(number)) return [{ row, why: '' }];
    const entry = entries.find((one) => words.every((word) => one.plain.includes(word)));
    return entry ? [{ row, why: `${entry.label}: ${entry.answer}` }] : [];
  });
}

/** The case of a receipt code, if it is one. @param {string} typed */
const caseOfCode = (typed) => parseCode(typed).then(derive).then((keys) => keys.case, () => null);

/** Letters and digits as everybody types them: without accents, capitals and punctuation. @param {string} text */
export const plain = (text) =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
