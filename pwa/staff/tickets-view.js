/**
 * The ticket list of a day, on the screen and on paper: who comes at which hour, by name where this officer may open the
 * case. Names are opened here, and are nowhere else; the paper says by whom it was made and that it holds them. While the
 * office is away a list that was opened before is shown as it was then.
 */

import { button, element } from '../element.js';
import { within } from '../stopwatch.js';
import { openCase } from './open-case.js';
import { calledIn } from './paper-form.js';
import { printSheet } from './print-sheet.js';
import { ApiError, PATIENCE } from './staff-api.js';

/**
 * @typedef {import('./keys-view.js').Desk & {lists: Map<string, List>}} Desk `lists`: those that were opened, by day, today's also
 *   under '', until the desk is locked or a case is erased
 */
/** @typedef {import('./staff-api.js').Tickets} Tickets */
/** @typedef {{service: string, name: string}} Known what the sealed case says */
/** @typedef {{told: Tickets, known: Map<string, Known>, at: number}} List `at`: when (Unix seconds) the office told it */

const COLUMNS = ['time', 'ticket', 'number', 'service', 'name', 'came'];
const PLAIN = { class: 'button button-plain' };
const ASKED = 50; // cases asked for at once
const DAY = 86_400_000; // milliseconds

export class TicketsView {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    const { texts } = desk;
    this.isEnded = false;
    this.asked = 0;
    /** @type {Tickets | null} */
    this.told = null;
    this.$title = element('h2', { tabindex: -1 }, texts.say('staff.tickets.title'));
    this.$day = element('input', { type: 'date', id: 'tickets-day', change: () => this.#load(this.$day.value) });
    this.$problem = element('p', { class: 'error', role: 'alert' });
    this.$said = element('p', { role: 'status' });
    this.$asOf = element('p', { class: 'notice', role: 'status', hidden: true });
    this.$print = button(texts.say('staff.tickets.print'), () => this.#print(), { hidden: true });
    this.$list = element('div', { class: 'scroll', role: 'group', 'aria-label': texts.say('staff.tickets.title'), tabindex: 0 });
    this.$root = element(
      'section', { class: 'stack', 'aria-label': texts.say('staff.tickets.title') },
      element('header', { class: 'cluster' }, this.$title, button(texts.say('staff.case.close'), desk.onClose, PLAIN)),
      element(
        'div', { class: 'cluster' }, element('label', { for: 'tickets-day' }, texts.say('staff.tickets.day')), this.$day,
        button(texts.say('staff.tickets.before'), () => this.#turn(-1), PLAIN),
        button(texts.say('staff.tickets.after'), () => this.#turn(1), PLAIN), this.$print,
      ),
      this.$problem, this.$asOf, this.$said, this.$list,
    );
  }

  start() {
    this.$title.focus();
    return this.#load('');
  }

  stop() {
    this.isEnded = true;
    this.$list.replaceChildren();
  }

  /** @param {1 | -1} by days */
  #turn(by) {
    const day = Date.parse(this.$day.value || (this.told?.day ?? ''));
    if (!Number.isNaN(day)) this.$day.value = new Date(day + by * DAY).toISOString().slice(0, 10);
    void this.#load(this.$day.value);
  }

  /** @param {string} day */
  async #load(day) {
    const asked = ++this.asked;
    const { api, lists, onError } = this.desk;
    const isOver = () => this.isEnded || asked !== this.asked;
    if (this.told && day !== this.told.day) this.#showNone('');
    try {
      const told = await api.tickets(day);
      const known = await this.#open(told.hours.flatMap(({ tickets }) => tickets.map(({ id }) => id)));
      if (isOver()) return;
      const list = { told, known, at: Math.floor(Date.now() / 1000) };
      lists.set(told.day, list);
      if (told.day === told.today) lists.set('', list);
      this.#show(list, { isAway: false });
    } catch (error) {
      if (isOver()) return;
      const list = error instanceof ApiError && error.isAway && lists.get(day);
      if (list) this.#show(list, { isAway: true });
      else this.#showNone(onError(error));
    }
  }

  /** Nothing is left under a day of which nothing is known: it would be read as that day's. @param {string} problem */
  #showNone(problem) {
    this.$problem.textContent = problem;
    this.$said.textContent = '';
    this.$asOf.hidden = true;
    this.$print.hidden = true;
    this.$list.replaceChildren();
  }

  /** @param {List} list @param {{isAway: boolean}} office */
  #show({ told, known, at }, { isAway }) {
    const { texts } = this.desk;
    this.told = told;
    this.$day.value = told.day;
    this.$problem.textContent = '';
    this.$asOf.hidden = !isAway;
    this.$asOf.textContent = isAway ? texts.say('staff.tickets.as-of', { when: texts.when(at) }) : '';
    const n = known.size;
    this.$said.textContent = n ? texts.say('staff.tickets.count', { n, day: this.#dayName() }) : texts.say('staff.tickets.none', { day: this.#dayName() });
    this.$print.hidden = n === 0;
    this.$list.replaceChildren(...(n ? [this.#table(known)] : []));
  }

  /** What each case says of itself, as far as it opens here. @param {string[]} ids @returns {Promise<Map<string, Known>>} */
  async #open(ids) {
    const { api, keys } = this.desk;
    /** @type {Map<string, Known>} */
    const known = new Map(ids.map((id) => [id, { service: '', name: '' }]));
    for (let at = 0; at < ids.length; at += ASKED) {
      const { sealed } = await within(PATIENCE, (signal) => api.indexOf(ids.slice(at, at + ASKED), signal));
      for (const [id, raw] of Object.entries(sealed)) {
        const { leaves } = await openCase(id, { ...raw, events: [] }, keys, (service, name) => api.form(service, name));
        const names = leaves.map(({ answers }) => (answers ? calledIn(answers) : '')).filter(Boolean);
        known.set(id, { service: raw.versions[0]?.service ?? '', name: [...new Set(names)].join(' / ') });
      }
    }
    return known;
  }

  /** @param {Map<string, Known>} known */
  #table(known) {
    const { texts } = this.desk;
    const { hours, zone } = /** @type {Tickets} */ (this.told);
    const clock = new Intl.DateTimeFormat(texts.lang, { hour: '2-digit', minute: '2-digit', timeZone: zone });
    const heads = COLUMNS.map((name) => element('th', { scope: 'col' }, texts.say(`staff.tickets.${name}`)));
    const bodies = hours.map(({ place, begins, ends, tickets }) => element(
      'tbody', {},
      element('tr', {}, element('th', { colspan: COLUMNS.length, scope: 'rowgroup' }, `${clock.format(begins * 1000)}–${clock.format(ends * 1000)} · ${place}`)),
      ...tickets.map(({ ticket, id, case: number, came }) => {
        const { service, name } = known.get(id) ?? { service: '', name: '' };
        return element(
          'tr', {}, element('td', {}, clock.format(begins * 1000)), element('th', { scope: 'row' }, ticket),
          element('td', {}, number), element('td', {}, service ? texts.say(`form.${service}.title`) : '–'),
          element('td', {}, name || texts.say('staff.tickets.shut')),
          element('td', {}, came ? texts.say(`staff.arrivals.${came}`) : element('span', { class: 'tick', role: 'img', 'aria-label': texts.say('staff.tickets.not-yet') })),
        );
      }),
    ));
    return element(
      'table', { class: 'tickets' }, element('thead', {}, element('tr', {}, ...heads)), ...bodies,
    );
  }

  #dayName() {
    const { texts } = this.desk;
    const day = new Intl.DateTimeFormat(texts.lang, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
    return this.told ? day.format(Date.parse(this.told.day)) : '';
  }

  /** The same table on paper, under the office and the day on every page. */
  #print() {
    const { texts } = this.desk;
    const $table = this.$list.querySelector('table')?.cloneNode(true);
    if (!($table instanceof HTMLTableElement)) return;
    const title = `${texts.say('staff.tickets.title')}: ${this.#dayName()}`;
    $table.tHead?.prepend(element('tr', { class: 'on-paper' }, element('td', { colspan: COLUMNS.length }, title)));
    void printSheet(texts, title, [this.$asOf.cloneNode(true), $table, element('p', { class: 'hint' }, texts.say('staff.tickets.holds'))]);
  }
}
