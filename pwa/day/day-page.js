/**
 * A day's event on a volunteer's phone: who is expected, how far each is, one application after another, and the end of
 * the day.
 */

import { dayFirst } from '../day-first.js';
import { storageTrouble } from '../device-errors.js';
import { button, element, letGo } from '../element.js';
import { pagedList } from '../paging.js';
import { language, loadMore, text } from '../text.js';
import { openVault, vaultAtHand } from '../vault.js';
import { clock } from '../words.js';
import { consentForm } from './consent-form.js';
import { dayEnd } from './day-end.js';
import { daySetup } from './day-setup.js';
import { addPeople, beginPerson, clearDay, listDays, loadDay, namesIn, newDay, noteTyped, removePerson } from './days.js';
import { countsOf, standings } from './progress.js';

/** @typedef {import('./days.js').Day} Day */
/** @typedef {import('./progress.js').Standing} Standing */
/** @typedef {import('./progress.js').Counts} Counts */

const PLAIN = { class: 'button button-plain' };
const BUSY = '[role=group]:not([hidden]), [aria-busy=true], [data-consent], [data-day-setup], textarea:focus, details[open]:not([data-open-names])';
const STOPS = 'a, button, summary, textarea, [tabindex]';
const SAVED_AFTER = 300; // milliseconds after the last key

export class DayPage {
  /** @param {{first: string, alone(isAlone: boolean): void}} page the first service; whether all else is out of the way */
  constructor({ first, alone }) {
    this.first = first;
    this.alone = alone;
    this.body = element('div', { class: 'stack far', 'data-day-page': true });
    this.status = element('p', { role: 'status' });
    this.trouble = element('p', { class: 'error', role: 'alert' });
    this.root = element('section', { class: 'stack' }, this.status, this.trouble, this.body);
    this.page = 0;
    this.day = '';
    /** @type {AbortController | undefined} */
    this.listening = undefined;
  }

  /** Show the day of who is at work, without asking anybody for a passphrase. Safe to call twice. */
  async start() {
    this.stop();
    this.listening = new AbortController();
    const { signal } = this.listening;
    for (const change of ['exchanged', 'queued']) document.addEventListener(`rantau:${change}`, () => void this.refresh(), { signal });
    const vault = await vaultAtHand().catch(() => null);
    if (vault) return this.show();
    this.put(element('p', {}, button(text('volunteer.day.open'), async () => (await openVault(), this.show()), { 'data-action': 'open-day' })));
  }

  stop() {
    this.listening?.abort();
  }

  /** What changed is shown, unless somebody is in the middle of something, or has begun to by then. */
  async refresh() {
    const isBusy = () => !this.day || this.body.querySelector(BUSY) !== null;
    if (!isBusy()) await this.show(this.status.textContent ?? '', isBusy);
  }

  /** Where the keyboard stops. */
  stops() {
    return [.../** @type {NodeListOf<HTMLElement>} */ (this.body.querySelectorAll(STOPS))];
  }

  /** The newest day, or the questions by which one begins. @param {string} [said] @param {() => boolean} [isBusy] then not */
  show(said = '', isBusy = () => false) {
    return this.trying(async () => {
      const { device } = await openVault();
      if (!device) return this.put();
      const days = await listDays();
      const [day, ...others] = days.filter(({ problem }) => !problem);
      if (!day) return this.put(await this.setup());
      await this.showDay(days.find(({ id }) => id === this.day) ?? day, others.length ? days : [], said, isBusy);
    });
  }

  async setup() {
    this.day = '';
    return daySetup(this.first, (event) => this.trying(async () => {
      this.day = await newDay(event);
      await this.show();
      this.body.querySelector('textarea')?.focus();
    }));
  }

  /** @param {Day} day @param {Day[]} days what else there is @param {string} said @param {() => boolean} isBusy */
  async showDay(day, days, said, isBusy) {
    const people = await standings(day);
    const counts = countsOf(people);
    const next = people.find(({ stage }) => stage === 'filling') ?? people.find(({ stage }) => stage === 'waiting');
    const list = await pagedList({
      count: people.length, name: text('volunteer.day.people'), page: this.page, turned: (page) => (this.page = page),
      list: element('ol', { class: 'grid' }), rows: async (from, to) => people.slice(from, to).map((person) => this.person(day, person)),
    });
    await letGo(this.body);
    if (isBusy()) return;
    this.day = day.id;
    const place = this.stops().findIndex((node) => node === document.activeElement);
    this.put(
      element('div', { class: 'stack near' },
        element('h2', { tabindex: -1 }, text('volunteer.day.title', { place: day.place, date: dayFirst(day.date) })),
        element('p', {}, [day.purpose, text(`form.${day.service}.title`)].filter(Boolean).join(' · '))),
      progressPart(counts),
      next ? element('p', {}, button(text(next.stage === 'filling' ? 'volunteer.day.continue' : 'volunteer.day.next', { name: next.name }),
        () => this.go(day, next), { 'data-action': 'next' })) : null,
      this.adding(day),
      people.length ? element('section', { class: 'stack', 'aria-labelledby': 'day-people' },
        element('h2', { id: 'day-people' }, text('volunteer.day.people')), list) : null,
      dayEnd(day, people, { refresh: (words) => this.show(words), clear: () => this.clear(day) }),
      this.otherDays(days, day));
    this.status.textContent = said;
    if (place >= 0) this.stops()[place]?.focus();
  }

  /** @param {Day} day @param {Standing} person */
  person(day, person) {
    const { id, name, stage, isHanded } = person;
    const href = stage === 'waiting' ? null : stage === 'filling' ? draftPage(day, person) : `/${language()}/case#c=${person.case}`;
    return element('li', { class: 'card stack near', 'data-person': id, 'data-stage': stage },
      element('h3', {}, href ? element('a', { href }, name) : name),
      element('p', {}, element('strong', { class: 'badge' }, text(`volunteer.stage.${stage}`)),
        isHanded ? ` · ${text('volunteer.stage.handed')}` : null),
      stage === 'waiting' ? element('div', { class: 'cluster' },
        button(text('volunteer.day.fill'), () => this.go(day, person), { ...PLAIN, 'data-action': 'fill' }),
        element('details', {}, element('summary', {}, text('volunteer.day.remove')),
          element('p', {}, text('volunteer.day.remove.sure', { name })),
          button(text('volunteer.day.remove'), () => this.remove(day, person), { class: 'button button-bad', 'data-action': 'remove' }))) : null);
  }

  /** @param {Day} day @param {Standing} person */
  remove(day, { id, name }) {
    return this.trying(async () => {
      await removePerson(day.id, id);
      await this.show(text('volunteer.day.removed', { name }));
    });
  }

  /** Names one below the other, typed or pasted; what is typed is kept before it is added. @param {Day} day */
  adding(day) {
    const input = element('textarea', { id: 'day-names', rows: 4, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'day-names-hint' });
    input.value = day.typed ?? '';
    let timer = 0;
    let kept = Promise.resolve(true);
    const saved = element('p', { class: 'quiet', 'data-saved': day.typed ? 'yes' : '' });
    const keep = () => (kept = kept.then(async () => {
      const typed = input.value;
      const isKept = await noteTyped(day.id, typed).then(() => true, (error) => (this.tell(error), false));
      if (isKept && typed === input.value) saved.dataset.saved = 'yes';
      if (isKept) saved.textContent = text('app.form.saved', { time: clock(Date.now()) });
      return isKept;
    }));
    input.addEventListener('input', () => (clearTimeout(timer), (saved.dataset.saved = ''), (timer = setTimeout(keep, SAVED_AFTER))));
    input.addEventListener('blur', keep);
    document.addEventListener('rantau:locking', (event) => /** @type {CustomEvent} */ (event).detail.push(keep()), { signal: this.listening?.signal });
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      clearTimeout(timer);
      return this.trying(async () => {
        await kept;
        const { added, known, left } = await addPeople(day.id, namesIn(input.value));
        const said = [text('volunteer.day.added', { count: added }), known ? text('volunteer.day.known', { count: known }) : '', left ? text('volunteer.day.full', { count: left }) : ''];
        await this.show(said.filter(Boolean).join(' '));
      });
    };
    return element('details', { class: 'stack', open: !day.people.length || Boolean(day.typed) },
      element('summary', {}, text('volunteer.day.add')),
      element('form', { class: 'stack near', novalidate: true, autocomplete: 'off', 'data-add': true, submit },
        element('div', { class: 'field' }, element('label', { for: 'day-names' }, text('volunteer.day.names')),
          element('p', { class: 'hint', id: 'day-names-hint' }, text('volunteer.day.names.hint')), input, saved),
        element('p', {}, element('button', { class: 'button' }, text('volunteer.day.add.do')))));
  }

  /** Go on with an application, or begin it: first comes what the person agrees to. @param {Day} day @param {Standing} person */
  async go(day, person) {
    if (person.stage === 'filling') return location.assign(draftPage(day, person));
    await loadMore('profile').catch(() => {});
    const back = () => this.show();
    this.put(consentForm(day, person, { back, agreed: (consent) => this.trying(async () => {
      const draft = await beginPerson(await loadDay(day.id), person, consent);
      if (draft) location.assign(draftPage(day, { draft }));
      else await this.show(text('volunteer.day.elsewhere', { name: person.name }));
    }) }));
    this.alone(true);
    scrollTo(0, 0);
    this.body.querySelector('h2')?.focus();
  }

  /** Earlier days, and a new one. @param {Day[]} days @param {Day} shown */
  otherDays(days, shown) {
    const others = days.filter(({ id }) => id !== shown.id);
    return element('div', { class: 'stack near' }, ...others.map(({ id, place, date }) => element('p', {},
      button(text('volunteer.day.other', { place, date: dayFirst(date) }), () => ((this.day = id), (this.page = 0), this.show()), PLAIN))),
    element('p', {}, button(text('volunteer.day.another'), async () => this.put(await this.setup()), { ...PLAIN, 'data-action': 'another' })));
  }

  /** @param {Day} day */
  clear(day) {
    return this.trying(async () => {
      await clearDay(day.id);
      this.day = '';
      await this.show(text('volunteer.end.cleared'));
    });
  }

  /** @param {() => Promise<unknown>} work */
  async trying(work) {
    this.trouble.textContent = '';
    await work().catch((error) => this.tell(error));
  }

  /** @param {unknown} error */
  tell(error) {
    this.trouble.textContent = text('app.form.not-saved', { reason: text(storageTrouble(error)) });
    this.trouble.scrollIntoView({ block: 'center' });
  }

  /** @param {...(HTMLElement | null)} parts */
  put(...parts) {
    this.alone(false);
    this.status.textContent = '';
    this.body.replaceChildren(...parts.filter((part) => part !== null));
  }
}

/** @param {{service: string}} day @param {{draft?: string}} person */
const draftPage = ({ service }, { draft }) => `/${language()}/apply/${service}#d=${draft}`;

/** How many of the list are done, and how many are left. @param {Counts} counts */
const progressPart = ({ all, done, waiting, filling, sealed, sent, handed }) => (all ? element('div', { class: 'notice stack near', 'data-progress': `${done}/${all}` },
  element('p', {}, element('strong', {}, text('volunteer.day.progress', { done, all, left: all - done }))),
  element('progress', { max: all, value: done, 'aria-hidden': 'true' }),
  element('p', { class: 'quiet' }, text('volunteer.day.counts', { waiting, filling, sealed, sent, handed }))) : null);
