/** The list of cases: queues, a page of the chosen one, and what the search found instead. Nothing in it is personal. */

import { element, letGo } from '../element.js';
import { BulkBar } from './bulk-bar.js';
import { CaseIndex } from './case-index.js';
import { CaseTable } from './case-table.js';
import { deadlineRules } from './deadline-rules.js';
import { Queues } from './queues.js';
import { Search } from './search.js';
import { Work } from './work.js';

/** @typedef {import('./case-index.js').Found} Found */
/** @typedef {import('./staff-api.js').CaseRow} CaseRow */
/** @typedef {import('./staff-api.js').StaffApi} StaffApi */
/** @typedef {import('./texts.js').Texts} Texts */

const AGES = [0, 1, 3, 7]; // days without a step
const DAY = 86_400; // seconds
const PAGE = 50; // cases
const AT_ONCE = 200; // cases that ended, where all are asked for
const PERIOD = 60_000; // milliseconds after which the office is asked for news

export class CaseList {
  /**
   * @param {{api: StaffApi, texts: Texts, keys: import('./keys.js').Keys, login: string, states: string[],
   *   onOpen: (row: CaseRow) => void, onHelp: () => void, onError: (error: unknown) => string, outbox: import('./step-outbox.js').StepOutbox}} desk
   */
  constructor({ api, texts, keys, login, states, onOpen, onHelp, onError, outbox }) {
    this.api = api;
    this.texts = texts;
    this.onError = onError;
    this.keys = keys;
    this.login = login;
    this.asked = 0;
    this.at = 0; // the page
    this.isMore = false;
    /** @type {Found[]} everything that the chosen queue has; of what ended, the page */
    this.rows = [];
    /** @type {string[]} the queue in which a case was opened, or what was found */
    this.order = [];
    this.isOrderFound = false;
    /** @type {Found[] | null} what is shown instead */
    this.found = null;
    /** @type {(string | null)[]} where each page of what ended begins */
    this.pages = [null];
    this.work = new Work(api, login);
    this.index = new CaseIndex({ api, texts, keys, onNews: this.#heard });
    this.search = new Search({ texts, index: this.index, onFound: this.#showFound, onError });
    this.queues = new Queues({ texts, work: this.work, states, onChoose: () => this.#turn(0) });
    this.table = new CaseTable({
      texts, twins: (id) => this.index.twins(id).length, assigned: (id) => this.work.assigned[id],
      onOpen: (row) => this.#open(row, onOpen), onPick: (row, isPicked) => this.bulk.pick(row, isPicked),
    });
    const shown = { isShown: (/** @type {string} */ id) => this.table.rows.has(id), onEmpty: () => { this.table.unpick(); this.focus(); } };
    this.bulk = new BulkBar({ api, keys, texts, index: this.index, outbox, onError, ...shown, onDone: this.#stepped });
    this.$age = this.#ageChoice();
    this.$empty = element('p', { hidden: true }, texts.say('staff.list.empty'));
    this.$problem = element('p', { class: 'error', role: 'alert' });
    this.$place = element('p', { class: 'hint' });
    this.$back = this.#button('staff.list.back', () => this.#turn(this.at - 1));
    this.$more = this.#button('staff.list.more', () => this.#turn(this.at + 1));
    this.$rules = element('details', { hidden: true });
    this.$root = this.#layOut(onHelp);
    this.timer = setInterval(() => document.hidden || this.load(), PERIOD);
  }

  /** Hear what is new and show it. */
  async load() {
    const asked = ++this.asked;
    try {
      await this.work.refresh();
      if (asked !== this.asked) return;
      await this.#show();
      void this.#read(() => Promise.all([this.index.start(), this.index.follow(this.work)]));
    } catch (error) {
      if (asked === this.asked) this.$problem.textContent = this.onError(error);
    }
  }

  /** Hear of one case alone, after a step. @param {string} id */
  async renew(id) {
    try {
      await this.work.renew(id);
      // What is no longer listed was erased or has ended, or goes on under another code.
      if (!this.work.find(id)) return await this.load();
      await this.#show();
    } catch (error) {
      this.$problem.textContent = this.onError(error);
    }
  }

  /** Show a step that waits to be sent as if it were recorded. @param {{case: string, n: number, step: string}} event */
  propose(event) {
    this.work.propose(event);
    void this.#show();
  }

  /** Forget what was listed and found; a page that comes later is not shown. */
  stop() {
    this.asked++;
    clearInterval(this.timer);
    this.search.stop();
    this.bulk.stop();
    this.index.stop();
    this.work.stop();
    this.found = null;
    this.rows = [];
    this.table.show([], '');
  }

  /** Put the keyboard where the officer left the list. */
  focus() {
    if (!this.table.focus()) this.$age.focus();
  }

  /** Mark the case that is open beside the list. @param {string} id */
  mark(id) {
    this.table.mark(id);
  }

  /** The case of its queue that comes after one that is dealt with. @param {string} id @returns {CaseRow | undefined} */
  after(id) {
    const rest = this.order.slice(this.order.indexOf(id) + 1);
    if (this.isOrderFound) return rest.map((one) => this.work.find(one) ?? this.index.cases.get(one)?.row).find((row) => row);
    const left = new Map(this.rows.map(({ row }) => [row.case, row]));
    return left.get(rest.find((one) => left.has(one)) ?? '');
  }

  /** @param {CaseRow} row @param {(row: CaseRow) => void} onOpen */
  #open(row, onOpen) {
    this.isOrderFound = this.found !== null;
    this.order = (this.found ?? this.rows).map((one) => one.row.case);
    onOpen(row);
  }

  /** @param {() => void} onHelp */
  #layOut(onHelp) {
    const { texts } = this;
    return element(
      'section', { class: 'case-list stack', 'aria-labelledby': 'list-title' },
      element('h1', { id: 'list-title' }, texts.say('staff.list.title')), this.search.$root, this.queues.$root,
      element(
        'div', { class: 'cluster' },
        element('label', { for: 'list-age' }, texts.say('staff.list.age')), this.$age,
        this.#button('staff.list.again', this.#again), this.#button('staff.table.button', this.#save),
        this.#button('staff.keys-help.button', onHelp),
      ),
      this.$problem, this.bulk.$root, this.table.$root, this.$empty,
      element('div', { class: 'cluster' }, this.$back, this.$more, this.$place), this.$rules,
    );
  }

  #ageChoice() {
    const name = (/** @type {number} */ n) => this.texts.say(n ? 'staff.list.older' : 'staff.list.any-age', { n });
    return element('select', { id: 'list-age', change: () => this.#turn(0) }, ...AGES.map((n) => element('option', { value: n }, name(n))));
  }

  /** @param {string} key @param {() => void} click */
  #button(key, click) {
    return element('button', { type: 'button', class: 'button button-plain', click }, this.texts.say(key));
  }

  /** Turn the page. @param {1 | -1} by */
  turn(by) {
    if (!(by > 0 ? this.$more : this.$back).hidden) void this.#turn(this.at + by).then(() => this.focus());
  }

  /** @param {number} at */
  #turn(at) {
    this.at = at;
    return this.#show();
  }

  #again = () => {
    void this.#read(() => this.index.renew());
    void this.load();
  };

  /** Offer what is chosen as a file, also what is on other pages. */
  #save = async () => {
    const { api, texts, keys, index, login, onError, work } = this;
    try {
      const { openSaving } = await import('./save-list.js');
      if (!keys.isForgotten) openSaving({ api, texts, keys, index, login, onError, assigned: (id) => work.assigned[id] }, this.#chosen());
    } catch (error) {
      this.$problem.textContent = onError(error);
    }
  };

  /** @returns {import('./save-list.js').Chosen} */
  #chosen() {
    const { search, texts, work, queues } = this;
    if (this.found) {
      const read = async () => (await search.all()).map(({ row }) => work.find(row.case) ?? row);
      const n = this.index.read ? null : search.found.length; // more is being found
      return { filter: texts.say('staff.table.searched'), typed: search.$input.value.trim(), n, read };
    }
    const age = Number(this.$age.value);
    const filter = [queues.name(queues.chosen), age ? `${texts.say('staff.list.age')} ${texts.say('staff.list.older', { n: age })}` : '']
      .filter(Boolean).join(' · ');
    if (queues.isEnded) return { filter, typed: '', n: null, read: (signal) => this.#everyEnded(signal) };
    const rows = this.rows.map(({ row }) => row);
    return { filter, typed: '', n: rows.length, read: async () => rows };
  }

  /** @param {AbortSignal} signal */
  async #everyEnded(signal) {
    const [query, rows] = [{ state: this.queues.chosen, older: this.#older(), limit: AT_ONCE }, /** @type {CaseRow[]} */ ([])];
    for (let after = /** @type {string | null} */ (null); ;) {
      const page = await this.api.cases({ ...query, after });
      signal.throwIfAborted();
      rows.push(...page.rows);
      if (page.next === null) return rows;
      after = page.next;
    }
  }

  /** Steps were recorded in what was picked; the list knows of it also while the office is away again. */
  #stepped = (/** @type {import('../crypto/events.js').Event[]} */ numbered) => {
    for (const event of numbered) this.work.propose(event);
    void this.#show();
    this.table.unpick(this.bulk.picked.keys());
    void this.load();
  };

  /** More was opened for the search. */
  #heard = async () => {
    if (this.$root.querySelector(':active')) await letGo(this.$root);
    if (this.found) void this.search.again();
    else this.#showRows();
  };

  /** What cannot be read for the search now is read when something is looked for. @param {() => Promise<unknown>} read */
  async #read(read) {
    try {
      await read();
    } catch (error) {
      this.$problem.textContent = this.onError(error);
    }
  }

  #showFound = (/** @type {Found[] | null} */ found) => {
    this.found = found;
    this.#showRows();
  };

  async #show() {
    if (this.$root.querySelector(':active')) await letGo(this.$root);
    if (this.keys.isForgotten) return; // locked meanwhile
    this.queues.show();
    const rules = deadlineRules(this.work, this.texts);
    this.$rules.hidden = rules.length === 0;
    this.$rules.replaceChildren(...rules);
    if (this.queues.isEnded) return this.#readEnded();
    const older = this.#older();
    const rows = this.work.queue(this.queues.chosen).filter((row) => older === null || row.last_at < older);
    this.rows = rows.map((row) => ({ row, why: '' }));
    this.at = Math.max(0, Math.min(this.at, Math.ceil(rows.length / PAGE) - 1));
    this.isMore = (this.at + 1) * PAGE < rows.length;
    this.#showRows();
  }

  /** What ended is not in memory. */
  async #readEnded() {
    const asked = ++this.asked;
    const { chosen } = this.queues;
    if (this.at === 0) this.pages = [null];
    try {
      const { rows, next } = await this.api.cases({ state: chosen, older: this.#older(), after: this.pages[this.at] });
      if (asked !== this.asked || chosen !== this.queues.chosen) return;
      this.rows = rows.map((row) => ({ row, why: '' }));
      this.isMore = next !== null;
      this.pages[this.at + 1] = next;
      this.#showRows();
    } catch (error) {
      if (asked === this.asked) this.$problem.textContent = this.onError(error);
    }
  }

  #older() {
    const days = Number(this.$age.value);
    return days ? Math.floor(Date.now() / 1000) - days * DAY : null;
  }

  #showRows() {
    const from = this.queues.isEnded ? 0 : this.at * PAGE;
    const found = this.found?.map(({ row, why }) => ({ row: this.work.find(row.case) ?? row, why }));
    const rows = found ?? this.rows.slice(from, from + PAGE);
    const active = document.activeElement;
    this.$problem.textContent = '';
    this.table.show(rows, this.work.today);
    this.bulk.count();
    this.$empty.hidden = rows.length > 0;
    this.$back.hidden = this.found !== null || this.at === 0;
    this.$more.hidden = this.found !== null || !this.isMore;
    const n = this.rows.length;
    this.$place.textContent = this.found || n <= PAGE ? '' : this.texts.say('staff.list.place', { from: from + 1, to: from + rows.length, n });
    if (/** @type {any} */ (active)?.hidden || (!active?.isConnected && document.activeElement === document.body)) this.focus();
  }
}
