/** A table of cases, one page at a time, walked through with the arrow keys: one case in it can be tabbed to. */

import { element } from '../element.js';
import { putAround } from './put-around.js';

/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./staff-api.js').WorkRow} WorkRow */
/** @typedef {import('./texts.js').Texts} Texts */
/** @typedef {import('./case-index.js').Found} Found */

const COLUMNS = ['number', 'state', 'due', 'waiting'];
/** @type {Record<string, (place: number, last: number) => number>} */
const MOVES = {
  ArrowDown: (place, last) => Math.min(place + 1, last),
  ArrowUp: (place) => Math.max(place - 1, 0),
  Home: () => 0,
  End: (_, last) => last,
};

export class CaseTable {
  /**
   * @param {{texts: Texts, onOpen: (row: CaseRow) => void, twins: (id: string) => number,
   *   assigned: (id: string) => string | undefined, onPick: (row: CaseRow, isPicked: boolean) => void}} list `twins` tells how many other cases have the same NIK
   */
  constructor({ texts, onOpen, twins, assigned, onPick }) {
    this.texts = texts;
    this.onOpen = onOpen;
    this.twins = twins;
    this.assigned = assigned;
    this.onPick = onPick;
    /** @type {Set<string>} */
    this.picked = new Set();
    /** @type {Map<string, CaseRow>} what is shown, by case */
    this.rows = new Map();
    this.current = '';
    this.today = '';
    this.$rows = element('tbody', { keydown: this.#move });
    const heads = COLUMNS.map((name) => element('th', { scope: 'col' }, texts.say(`staff.list.${name}`)));
    const all = element('input', { type: 'checkbox', 'aria-label': texts.say('staff.bulk.all'), change: () => this.#pickAll(all.checked) });
    this.$all = all;
    this.$root = element(
      'div', { class: 'scroll' },
      element(
        'table', {}, element('caption', { class: 'hint' }, texts.say('staff.list.keys')),
        element('thead', {}, element('tr', {}, element('td', {}, element('label', { class: 'tap' }, all)), ...heads)), this.$rows,
      ),
    );
  }

  /** @param {Found[]} rows @param {string} today */
  show(rows, today) {
    this.today = today;
    const { activeElement } = document;
    const held = /** @type {any} */ (this.$rows.contains(activeElement) ? activeElement : null); // a row's button or its box
    this.rows = new Map(rows.map(({ row }) => [row.case, row]));
    this.#put(rows.map((row) => this.#row(row)));
    const buttons = this.buttons();
    const kept = buttons.find(({ value }) => value === (held?.value ?? this.current)) ?? buttons[0];
    if (kept) this.#rove(kept);
    if (held && held !== document.activeElement) /** @type {any} */ (this.$rows.querySelector(`${held.localName}[value="${held.value}"]`) ?? kept)?.focus();
    this.mark(this.current);
    this.#sayAll();
  }

  /** The row of a case that says what it said stays: somebody may be pressing it. @param {HTMLElement[]} $rows */
  #put($rows) {
    const before = new Map([...this.$rows.rows].map(($row) => [caseOf($row), $row]));
    putAround(this.$rows, $rows.map(($row) => {
      const $before = before.get(caseOf($row));
      return $before?.textContent === $row.textContent ? $before : $row;
    }));
  }

  /** Put the keyboard on the case that was left, or say that there is none. */
  focus() {
    const button = this.buttons().find(({ tabIndex }) => tabIndex === 0);
    button?.focus();
    return button !== undefined;
  }

  /** Go up or down by one. @param {'ArrowDown' | 'ArrowUp'} key */
  step(key) {
    const buttons = this.buttons();
    const place = buttons.findIndex((button) => button === document.activeElement);
    if (place < 0) return this.focus();
    this.#go(buttons[MOVES[key](place, buttons.length - 1)]);
  }

  /** Mark the case that is open beside the list. @param {string} id */
  mark(id) {
    this.current = id;
    for (const button of this.buttons()) {
      if (button.value === id) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    }
  }

  buttons() {
    return [...this.$rows.querySelectorAll('button')];
  }

  /** @param {Found} found */
  #row({ row, why }) {
    const { texts } = this;
    const link = { type: 'button', class: 'case-link', value: row.case, tabindex: -1, click: () => this.#open(row.case) };
    const service = element('p', { class: 'hint' }, why || [texts.say(`form.${row.service}.title`), row.area && texts.region(row.area)].filter(Boolean).join(' · '));
    const versions = row.versions > 1 ? element('p', { class: 'hint' }, texts.say('staff.list.versions', { n: row.versions })) : null;
    const login = this.assigned(row.case);
    const officer = login ? element('p', { class: 'hint' }, texts.say('staff.own.assigned', { login })) : null;
    return element(
      'tr', {}, element('td', {}, this.#picker(row)),
      element('th', { scope: 'row' }, element('button', link, row.number), service, ...this.#formers(row), this.#twinsOf(row)),
      element('td', {}, texts.name('step', row.state), versions, officer,
        row.waiting ? element('p', { class: 'tag' }, texts.say('staff.list.waits', { n: row.waiting })) : null),
      element('td', {}, this.#due(row)),
      element('td', { class: 'number' }, texts.waiting(row.last_at, Date.now() / 1000)),
    );
  }

  /** @param {CaseRow} row */
  #picker(row) {
    const change = () => this.#pick(row.case, box.checked);
    const named = { 'aria-label': this.texts.say('staff.bulk.one', { number: row.number }) };
    const box = element('input', { type: 'checkbox', value: row.case, checked: this.picked.has(row.case), ...named, change });
    return element('label', { class: 'tap' }, box);
  }

  /** @param {string} id @param {boolean} isPicked */
  #pick(id, isPicked) {
    if (isPicked) this.picked.add(id);
    else this.picked.delete(id);
    const row = this.rows.get(id);
    if (row) this.onPick(row, isPicked);
    this.#sayAll();
  }

  /** The box over the rows says of those that are shown whether all of them are picked. */
  #sayAll() {
    this.$all.checked = this.rows.size > 0 && [...this.rows.keys()].every((id) => this.picked.has(id));
  }

  /** @param {boolean} isPicked */
  #pickAll(isPicked) {
    for (const box of this.$rows.querySelectorAll('input')) if (box.checked !== isPicked) box.click();
  }

  /** Pick the case on which the keyboard is, or put it back. */
  toggle() {
    document.activeElement?.closest('.case-list tr')?.querySelector('input')?.click();
  }

  /** Put back what was picked, but for these. @param {Iterable<string>} left */
  unpick(left = []) {
    this.picked = new Set(left);
    for (const box of this.$rows.querySelectorAll('input')) box.checked = this.picked.has(box.value);
    this.#sayAll();
  }

  /** @param {CaseRow | WorkRow} row */
  #due(row) {
    const { texts, today } = this;
    if (!('due' in row) || row.due === null) return null;
    if (row.due > today) return texts.day(row.due);
    const key = row.due < today ? 'staff.list.late' : 'staff.list.today';
    return element('span', { class: 'tag' }, texts.say(key, { day: texts.day(row.due) }));
  }

  /** @param {CaseRow} row */
  #twinsOf(row) {
    const n = this.twins(row.case);
    return n ? element('p', { class: 'tag' }, this.texts.say('staff.list.twins', { n })) : null;
  }

  /** The numbers it had under codes that were voided. @param {CaseRow} row */
  #formers({ formers }) {
    const number = (/** @type {string} */ id) => `${id.slice(0, 4)} ${id.slice(4, 8)}`;
    return formers.map((id) => element('p', { class: 'hint' }, this.texts.say('staff.list.former', { number: number(id) })));
  }

  /** @param {string} id */
  #open(id) {
    this.#rove(this.buttons().find(({ value }) => value === id));
    const row = this.rows.get(id);
    if (row) this.onOpen(row);
  }

  /** @param {KeyboardEvent} event */
  #move = (event) => {
    const buttons = this.buttons();
    const place = buttons.findIndex((button) => button === event.target);
    const move = MOVES[event.key];
    if (!move || place < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#go(buttons[move(place, buttons.length - 1)]);
  };

  /** @param {HTMLButtonElement} to */
  #go(to) {
    this.#rove(to);
    to.focus();
  }

  /** @param {HTMLButtonElement | undefined} chosen */
  #rove(chosen) {
    for (const button of this.buttons()) button.tabIndex = button === chosen ? 0 : -1;
  }
}

/** @param {HTMLElement} $row */
const caseOf = ($row) => $row.querySelector('button')?.value;
