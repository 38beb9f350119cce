/** The list of cases: by state and age, page by page. Nothing in it is personal, so nothing in it is sealed. */

import { element } from '../element.js';
import { Search } from './search.js';

/** @typedef {import('./staff-api.js').CasePage} CasePage */
/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./staff-api.js').StaffApi} StaffApi */
/** @typedef {import('./search.js').Found} Found */
/** @typedef {import('./texts.js').Texts} Texts */

const AGES = [0, 1, 3, 7]; // days without a step
const DAY = 86_400; // seconds
const COLUMNS = ['number', 'state', 'area', 'waiting', 'versions'];
/** @type {Record<string, (place: number, last: number) => number>} */
const MOVES = {
  ArrowDown: (place, last) => Math.min(place + 1, last),
  ArrowUp: (place) => Math.max(place - 1, 0),
  Home: () => 0,
  End: (_, last) => last,
};

export class CaseList {
  /**
   * @param {{api: StaffApi, texts: Texts, keys: import('./keys.js').Keys, states: string[],
   *   onOpen: (row: CaseRow) => void, onError: (error: unknown) => string}} desk
   */
  constructor({ api, texts, keys, states, onOpen, onError }) {
    this.api = api;
    this.texts = texts;
    this.states = states;
    this.onOpen = onOpen;
    this.onError = onError;
    this.state = '';
    /** @type {(string | null)[]} */
    this.pages = [null]; // where each page up to this one begins
    this.asked = 0;
    this.current = '';
    /** @type {Found[] | null} what is shown instead of a page */
    this.found = null;
    this.search = new Search({ api, texts, keys, onFound: this.#showFound, onError });
    this.$states = element('ul', { class: 'states' });
    this.$age = this.#ageChoice();
    this.$rows = element('tbody', { keydown: this.#move });
    this.$empty = element('p', { hidden: true }, texts.say('staff.list.empty'));
    this.$problem = element('p', { class: 'error', role: 'alert' });
    this.$back = this.#button('staff.list.back', () => this.#turn(this.pages.slice(0, -1)));
    this.$more = this.#button('staff.list.more', () => this.#turn([...this.pages, this.next]));
    this.$root = this.#layOut();
    /** @type {string | null} */
    this.next = null;
  }

  /** Read the page that is shown once more. */
  async load() {
    const asked = ++this.asked;
    const days = Number(this.$age.value);
    const older = days ? Math.floor(Date.now() / 1000) - days * DAY : null;
    try {
      const page = await this.api.cases({ state: this.state, older, after: this.pages.at(-1) ?? null });
      if (asked === this.asked) this.#show(page);
    } catch (error) {
      if (asked === this.asked) this.$problem.textContent = this.onError(error);
    }
  }

  /** Forget what was listed and found; a page that comes later is not shown. */
  stop() {
    this.asked++;
    this.search.stop();
    this.found = null;
    this.$rows.replaceChildren();
  }

  /** Put the keyboard where the officer left the list. */
  focus() {
    (this.#buttons().find(({ tabIndex }) => tabIndex === 0) ?? this.$age).focus();
  }

  /** Mark the case that is open beside the list. @param {string} id */
  mark(id) {
    this.current = id;
    for (const button of this.#buttons()) {
      if (button.value === id) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    }
  }

  #layOut() {
    const { texts } = this;
    const heads = COLUMNS.map((name) => element('th', { scope: 'col' }, texts.say(`staff.list.${name}`)));
    return element(
      'section', { class: 'case-list stack', 'aria-labelledby': 'list-title' },
      element('h1', { id: 'list-title' }, texts.say('staff.list.title')), this.search.$root,
      element('nav', { 'aria-label': texts.say('staff.list.by-state') }, this.$states),
      element(
        'div', { class: 'cluster' },
        element('label', { for: 'list-age' }, texts.say('staff.list.age')), this.$age,
        this.#button('staff.list.again', this.#again),
      ),
      this.$problem,
      element(
        'div', { class: 'scroll' },
        element(
          'table', {}, element('caption', { class: 'hint' }, texts.say('staff.list.keys')),
          element('thead', {}, element('tr', {}, ...heads)), this.$rows,
        ),
      ),
      this.$empty, element('div', { class: 'cluster' }, this.$back, this.$more),
    );
  }

  #ageChoice() {
    const name = (/** @type {number} */ n) => this.texts.say(n ? 'staff.list.older' : 'staff.list.any-age', { n });
    const choices = AGES.map((n) => element('option', { value: n }, name(n)));
    return element('select', { id: 'list-age', change: () => this.#turn([null]) }, ...choices);
  }

  /** @param {string} key @param {() => void} click */
  #button(key, click) {
    return element('button', { type: 'button', class: 'button button-plain', click }, this.texts.say(key));
  }

  /** @param {(string | null)[]} pages */
  #turn(pages) {
    this.pages = pages;
    return this.load();
  }

  #again = () => {
    this.search.renew();
    void this.load();
  };

  #showFound = (/** @type {Found[] | null} */ found) => {
    const wasFound = this.found;
    this.found = found;
    if (found) this.#showRows(found);
    else if (wasFound) void this.load();
  };

  /** @param {CasePage} page */
  #show({ rows, next, counts }) {
    this.next = next;
    this.$problem.textContent = '';
    this.$states.replaceChildren(...this.#stateChoices(counts));
    if (!this.found) this.#showRows(rows.map((row) => ({ row, why: '' })));
  }

  /** @param {Found[]} rows */
  #showRows(rows) {
    const held = this.#buttons().find((button) => button === document.activeElement)?.value;
    this.$rows.replaceChildren(...rows.map((row) => this.#row(row)));
    this.$empty.hidden = rows.length > 0;
    this.$back.hidden = this.found !== null || this.pages.length === 1;
    this.$more.hidden = this.found !== null || this.next === null;
    const buttons = this.#buttons();
    const kept = buttons.find(({ value }) => value === (held ?? this.current)) ?? buttons[0];
    if (kept) kept.tabIndex = 0;
    if (held || [this.$back, this.$more].some((button) => button.hidden && button === document.activeElement)) this.focus();
    this.mark(this.current);
  }

  /** The numbers it had under codes that were voided. @param {CaseRow} row */
  #formers({ formers }) {
    const number = (/** @type {string} */ id) => `${id.slice(0, 4)} ${id.slice(4, 8)}`;
    return formers.map((id) => element('p', { class: 'hint' }, this.texts.say('staff.list.former', { number: number(id) })));
  }

  /** @param {Found} found */
  #row({ row, why }) {
    const { texts } = this;
    const waited = texts.waiting(row.last_at, Date.now() / 1000);
    const link = { type: 'button', class: 'case-link', value: row.case, tabindex: -1, click: () => this.#open(row) };
    const service = element('p', { class: 'hint' }, why || texts.say(`form.${row.service}.title`));
    return element(
      'tr', {},
      element('th', { scope: 'row' }, element('button', link, row.number), service, ...this.#formers(row)),
      element('td', {}, texts.name('step', row.state)),
      element('td', {}, row.area ? texts.region(row.area) : ''),
      element('td', { class: 'number' }, waited),
      element('td', { class: 'number' }, String(row.versions)),
    );
  }

  /** @param {Record<string, number>} counts */
  #stateChoices(counts) {
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const present = this.states.filter((state) => counts[state] || state === this.state);
    return ['', ...present].map((state) => {
      const name = state ? this.texts.name('step', state) : this.texts.say('staff.list.all');
      const count = element('span', { class: 'count' }, String(state ? (counts[state] ?? 0) : all));
      const isPressed = String(state === this.state);
      const chosen = { type: 'button', 'aria-pressed': isPressed, click: () => this.#choose(state) };
      return element('li', {}, element('button', chosen, name, ' ', count));
    });
  }

  /** @param {string} state */
  async #choose(state) {
    this.state = state;
    await this.#turn([null]);
    /** @type {HTMLElement | null} */ (this.$states.querySelector('[aria-pressed="true"]'))?.focus();
  }

  /** @param {CaseRow} row */
  #open(row) {
    this.#rove(this.#buttons().find(({ value }) => value === row.case));
    this.onOpen(row);
  }

  /** @param {KeyboardEvent} event */
  #move = (event) => {
    const buttons = this.#buttons();
    const place = buttons.findIndex((button) => button === event.target);
    const move = MOVES[event.key];
    if (!move || place < 0) return;
    event.preventDefault();
    const to = buttons[move(place, buttons.length - 1)];
    this.#rove(to);
    to.focus();
  };

  /** @param {HTMLButtonElement | undefined} chosen */
  #rove(chosen) {
    for (const button of this.#buttons()) button.tabIndex = button === chosen ? 0 : -1;
  }

  #buttons() {
    return [...this.$rows.querySelectorAll('button')];
  }
}
