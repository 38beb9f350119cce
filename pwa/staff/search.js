/** The search over what this officer may open: by number, receipt code, or anything that was answered. */

import { derive, parseCode } from '../crypto/receipt-code.js';
import { element } from '../element.js';

/** @typedef {import('./case-index.js').Found} Found */
/** @typedef {import('./texts.js').Texts} Texts */

const SHORTEST = 2; // characters
const MOST = 50; // cases shown; whoever sees so many types more

export class Search {
  /**
   * @param {{texts: Texts, index: import('./case-index.js').CaseIndex, onFound: (found: Found[] | null) => void,
   *   onError: (error: unknown) => string}} list `onFound` gets null when nothing is looked for any more
   */
  constructor({ texts, index, onFound, onError }) {
    this.texts = texts;
    this.index = index;
    this.onFound = onFound;
    this.onError = onError;
    this.asked = 0;
    this.isShown = false;
    /** @type {Found[]} everything that the last look found, also what is not shown */
    this.found = [];
    this.$input = /** @type {HTMLInputElement} */ (element('input', {
      id: 'search', type: 'search', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none', input: () => this.look(),
      keydown: (/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && this.clear(),
    }));
    this.$said = element('p', { class: 'hint', role: 'status' });
    this.$root = element('search', { class: 'stack near' },
      element('label', { for: 'search' }, texts.say('staff.search')), this.$input, index.$bar, this.$said);
  }

  /** Forget what was typed: it may be a name. */
  stop() {
    this.asked++;
    this.$input.value = '';
    this.$said.textContent = '';
    this.found = [];
  }

  focus() {
    this.$input.focus();
    this.$input.select();
  }

  clear() {
    this.$input.value = '';
    void this.look();
  }

  /** Look for what is typed in what was read so far. */
  async look() {
    const asked = ++this.asked;
    const typed = this.$input.value.trim();
    if (typed.length < SHORTEST) {
      this.$said.textContent = '';
      if (this.isShown) this.onFound(null);
      this.isShown = false;
      return;
    }
    this.isShown = true;
    const caseId = await caseOfCode(typed);
    if (asked !== this.asked) return;
    this.#show(typed, caseId);
    try {
      await this.index.start();
    } catch (error) {
      if (asked === this.asked) this.$said.textContent = this.onError(error);
    }
  }

  /** Look once more, more having been read; reading that was cut is taken up by who looks. */
  async again() {
    const [asked, typed] = [this.asked, this.$input.value.trim()];
    const caseId = await caseOfCode(typed);
    if (asked === this.asked && this.isShown) this.#show(typed, caseId);
  }

  /** Everything that is found once all was read. */
  async all() {
    await this.index.start();
    await this.again();
    return this.found;
  }

  /** @param {string} typed @param {string | null} caseId */
  #show(typed, caseId) {
    const { texts } = this;
    const found = this.index.find(typed, caseId);
    this.found = found;
    const { read } = this.index;
    const n = Math.min(found.length, MOST);
    const said = texts.say(found.length > MOST ? 'staff.search.many' : 'staff.search.found', { n });
    this.$said.textContent = read ? `${said} ${texts.say('staff.search.reading', read)}` : said;
    this.onFound(found.slice(0, MOST));
  }
}

/** The case of a receipt code, if it is one. @param {string} typed */
const caseOfCode = (typed) => parseCode(typed).then(derive).then((keys) => keys.case, () => null);
